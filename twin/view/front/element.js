// An element with properties and children.
export function element(tag, properties = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...[children].flat());
  return made;
}

// Messages are numbered; the number of the last one that Python is done with comes back as `answered`.
let serial = 0;

export function ask(model, message, buffers = []) {
  serial += 1;
  model.send({ ...message, serial }, undefined, buffers);
  return serial;
}

// A file that Python sends is saved; its name is returned.
export function deliver(message, buffers) {
  if (!message.download) return "";
  const link = element("a", { href: URL.createObjectURL(new Blob(buffers, { type: message.type })), download: message.download });
  link.click();
  setTimeout(URL.revokeObjectURL, 60000, link.href);
  return message.download;
}
