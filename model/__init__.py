"""The bundled U2-Net: training, prediction and evaluation; the only room that imports torch."""

import os

# At the end of each operation torch's threads wait for each other, and spin while they do. Where
# another program has one of the cores, the thread that is waited for seldom runs, and a training
# step takes seventy times as long. With fewer turns before they sleep it takes six times as long,
# and as long as before where the cores are free. OpenMP reads this when torch is imported; what the
# user has set stays.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
