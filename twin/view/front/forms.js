// Where flows come from, and what can be done to them: forms are sent to Python, files in pieces.
import { element } from "./element.js";

const PIECE = 1 << 20;
let uploads = 0;

async function send(model, form) {
  const message = { do: form.dataset.form };
  for (const [name, value] of new FormData(form)) {
    if (!(value instanceof File)) message[name] = value;
    else if (value.name) {
      const id = ++uploads;
      for (let start = 0; start < value.size || start === 0; start += PIECE) {
        const piece = await value.slice(start, start + PIECE).arrayBuffer();
        model.send({ do: "piece", id, first: start === 0 }, undefined, [piece]);
      }
      Object.assign(message, { file: value.name, upload: id });
    }
  }
  model.send(message);
}

function render({ model, el }) {
  el.classList.add("twin", "twin-feed");
  const body = element("div", {});
  const status = element("div", { className: "twin-status", role: "status" });
  const dialog = element("dialog", { className: "twin-dialog" });

  function show() {
    const open = [...body.querySelectorAll("details[open]")].map((part) => part.id);
    const focused = body.contains(document.activeElement) ? document.activeElement.id : "";
    body.innerHTML = model.get("page");
    for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus();
  }

  function say() {
    status.innerHTML = model.get("said");
    el.removeAttribute("aria-busy");
  }

  function ask() {
    const question = model.get("question");
    if (!question.text) return;
    const yes = element("button", { type: "button", className: "twin-danger" }, question.yes);
    const no = element("button", { type: "button" }, "Cancel");
    const close = () => dialog.close();
    yes.onclick = () => {
      model.send(question.message);
      close();
    };
    no.onclick = close;
    dialog.setAttribute("aria-label", question.yes);
    dialog.replaceChildren(element("p", {}, question.text), element("div", { className: "twin-row" }, [no, yes]));
    dialog.showModal();
  }

  function deliver(message, buffers) {
    if (!message.download) return;
    const link = element("a", { href: URL.createObjectURL(new Blob(buffers, { type: message.type })), download: message.download });
    link.click();
    setTimeout(URL.revokeObjectURL, 60000, link.href);
  }

  body.onsubmit = (event) => {
    event.preventDefault();
    el.setAttribute("aria-busy", "true");
    status.textContent = "One moment …";
    send(model, event.target);
  };
  body.onchange = (event) => {
    if (event.target.name === "source" && event.target.type === "radio") {
      el.setAttribute("aria-busy", "true");
      model.send({ do: "source", source: event.target.value });
    }
  };
  el.onclick = (event) => {
    const button = event.target.closest("[data-do]");
    if (button) model.send({ do: button.dataset.do, ...JSON.parse(button.dataset.with ?? "{}") });
  };
  model.on("change:page", show);
  model.on("change:said", say);
  model.on("change:question", ask);
  model.on("msg:custom", deliver);
  el.append(body, status, dialog);
  show();
  say();
  model.send({ do: "opened" });
}

export default { render };
