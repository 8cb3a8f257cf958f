// Requests to the server that gave this page.

const token = document.body.dataset.token;

export class Unreachable extends Error {}

async function send(path, options = {}) {
  const headers = { "X-Token": token, ...options.headers };
  const response = await fetch(path, { ...options, headers }).catch(() => {
    throw new Unreachable("the server does not answer; is `serve` still running?");
  });
  if (response.ok) {
    return response;
  }
  const told = await response.json().catch(() => ({}));
  if (response.status === 503) {
    throw new Unreachable(told.error ?? "the server has too much to do");
  }
  throw new Error(told.error ?? "the server failed; its terminal says why");
}

async function ask(path, options) {
  return (await send(path, options)).json();
}

function withJson(method, record) {
  return { method, body: JSON.stringify(record), headers: { "Content-Type": "application/json" } };
}

export function readState() {
  return ask("api/state");
}

export async function listPictures() {
  return (await ask("api/pictures")).pictures;
}

export function addPicture(file) {
  return ask(`api/pictures?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
}

export async function showPicture(id) {
  const response = await send(`api/pictures/${id}/image`);
  return createImageBitmap(await response.blob());
}

export async function findMask(id, box) {
  const found = await ask("api/masks", withJson("POST", { picture: id, boxes: [box] }));
  return found.answers[0];
}

export function readObjects(id) {
  return ask(`api/pictures/${id}/objects`);
}

export function saveObjects(id, saved) {
  return ask(`api/pictures/${id}/objects`, withJson("PUT", saved));
}

export async function download(id, kind) {
  return (await send(`api/pictures/${id}/${kind}`)).blob();
}
