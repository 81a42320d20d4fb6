// Returns a new element with these properties and children.
export function element(tag, properties = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...[children].flat());
  return made;
}

// Number of the latest message; Python returns the number of the last message that it has handled as `answered`.
let serial = 0;

// Sends a message to Python, and returns its number.
export function ask(model, message, buffers = []) {
  serial += 1;
  model.send({ ...message, serial }, undefined, buffers);
  return serial;
}

// Saves a file: parts of its content, as texts or bytes.
export function save(name, type, parts) {
  const link = element("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
  link.click();
  setTimeout(URL.revokeObjectURL, 60000, link.href);
}

// Saves a file that Python sends, and returns its name; returns "" for any other message.
export function deliver(message, buffers) {
  if (!message.download) return "";
  save(message.download, message.type, buffers);
  return message.download;
}
