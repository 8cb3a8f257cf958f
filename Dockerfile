# Two images of one clone:
#   docker build --target worker -t segcurate-worker .    Dask's scheduler and workers, and the command line
#   docker build --target server -t segcurate-server .    `serve`: a page and an API that answer drawn boxes
# What is installed is in requirements.lock (`make lock`); the server's torch is in constraints.txt.
FROM python:3.11-slim AS worker
WORKDIR /opt/segcurate
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock ./
RUN pip install --no-deps --requirement requirements.lock
COPY . .
# The code is on the path, so that a worker and whoever starts a run have the same.
ENV PYTHONPATH=/opt/segcurate
RUN useradd --create-home segcurate
USER segcurate
# A platform gives its own command: dask scheduler, dask worker ADDRESS, python -m pipelines …
CMD ["dask", "worker", "--help"]

FROM worker AS server
USER root
RUN pip install --upgrade pip && pip install --constraint constraints.txt --group train
USER segcurate
# It listens on 127.0.0.1:8750 of its network: docker run --network host -v …:/data segcurate-server
CMD ["python", "-m", "pipelines", "serve", "--store", "/data"]
