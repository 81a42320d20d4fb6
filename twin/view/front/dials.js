// A form of controls: each has a number field and a slider, with unit, help and bounds; presets set several at once.
import { ask, element } from "./element.js";

// Returns a value as text that fits into its field; the value itself keeps all digits until the control is changed.
function written(value, scale, digits = 4) {
  const whole = String(Math.trunc(Math.abs(value * scale))).length;
  return String(Number((value * scale).toPrecision(Math.max(digits, whole))));
}

// Returns a queue for one control: while Python works on a change, only the latest further change waits.
// The field keeps what the planner has entered until then.
function queue(model, name, send) {
  let sent = 0;
  let next;
  const waits = () => sent > model.get("answered");
  return {
    waits,
    turn(value) {
      if (waits()) next = value;
      else sent = send(name, value);
    },
    goOn() {
      if (next === undefined || waits()) return;
      sent = send(name, next);
      next = undefined;
    },
  };
}

// Builds a control with a number field and a slider. `place` is a prefix for ids, `line` the queue of the control.
function dial(field, place, line) {
  const id = `${place}-${field.name}`;
  const scale = field.unit === "%" ? 100 : 1;
  const [low, high, step] = [field.low, field.high, field.step].map((bound) => Number(written(bound, scale, 6)));
  const number = element("input", { type: "number", id, min: low, max: high, step: "any", inputMode: "decimal" });
  const range = element("input", { type: "range", min: low, max: high, step, ariaLabel: `${field.label}, slider` });
  const help = element("p", { id: `${id}-help`, className: "twin-help", hidden: true });
  help.textContent = `${field.help}. From ${low} to ${high}.`;
  const alert = element("p", { id: `${id}-alert`, className: "twin-alert", role: "alert" });
  number.setAttribute("aria-describedby", `${help.id} ${alert.id}`);
  const more = element("button", { type: "button", className: "twin-more", ariaLabel: `Help: ${field.label}` }, "?");
  more.setAttribute("aria-expanded", "false");
  more.setAttribute("aria-controls", help.id);
  more.onclick = () => {
    help.hidden = !help.hidden;
    more.setAttribute("aria-expanded", String(!help.hidden));
  };
  let typing = false;
  const say = (sentence) => {
    alert.textContent = sentence;
    if (sentence) number.setAttribute("aria-invalid", "true");
    else number.removeAttribute("aria-invalid");
  };
  number.oninput = () => (typing = true);
  range.oninput = () => (number.value = range.value);
  range.onchange = () => line.turn(Number(range.value) / scale);
  number.onchange = () => {
    typing = false;
    const value = number.value.trim() === "" ? NaN : Number(number.value);
    if (value >= low && value <= high) return line.turn(value / scale);
    say(`${field.label} must be from ${low} to ${high}; ${number.value === "" ? "it is empty" : `got ${number.value}`}.`);
  };
  const head = element("div", { className: "twin-dial-head" }, [
    element("label", { htmlFor: id }, field.label),
    element("span", { className: "twin-unit" }, field.unit),
    more,
  ]);
  const body = element("div", { className: "twin-dial-body" }, [range, number]);
  const box = element("div", { className: "twin-dial" }, [head, body, help, alert]);
  box.dataset.field = field.name;
  const show = (value, sentence, disabled) => {
    if (typing || line.waits()) return;
    number.value = range.value = written(value, scale);
    number.disabled = range.disabled = disabled;
    say(sentence);
  };
  return { box, show, line, settle: () => (typing = false) };
}

// Builds a drop-down list for a control whose value is the number of one of its words.
function chooser(field, place, line) {
  const id = `${place}-${field.name}`;
  const list = element(
    "select",
    { id },
    field.choices.map((word, number) => element("option", { value: String(number) }, word)),
  );
  const alert = element("p", { id: `${id}-alert`, className: "twin-alert", role: "alert" });
  const help = element("p", { id: `${id}-help`, className: "twin-help" }, field.help && `${field.help}.`);
  list.setAttribute("aria-describedby", `${help.id} ${alert.id}`);
  list.onchange = () => line.turn(Number(list.value));
  const head = element("div", { className: "twin-dial-head" }, [element("label", { htmlFor: id }, field.label)]);
  const box = element("div", { className: "twin-dial" }, [head, list, help, alert]);
  box.dataset.field = field.name;
  const show = (value, sentence, disabled) => {
    if (line.waits()) return;
    list.value = String(value);
    list.disabled = disabled;
    alert.textContent = sentence;
  };
  return { box, show, line, settle: () => {} };
}

// Builds a checkbox for a control that is 0 or 1.
function lever(field, place, line) {
  const box = element("input", { type: "checkbox", id: `${place}-${field.name}` });
  const alert = element("p", { className: "twin-alert", role: "alert" });
  box.onchange = () => line.turn(box.checked ? 1 : 0);
  const label = element("label", { htmlFor: box.id }, [box, ` ${field.label}`]);
  const row = element("div", { className: "twin-dial" }, [label, element("p", { className: "twin-help" }, field.help), alert]);
  row.dataset.field = field.name;
  const show = (value, sentence) => {
    if (line.waits()) return;
    box.checked = value > 0;
    alert.textContent = sentence;
  };
  return { box: row, show, line, settle: () => {} };
}

// Returns the function that builds a control: a list of words, a checkbox, or a slider with a number field.
function builder(field) {
  if (field.choices?.length) return chooser;
  return field.unit === "yes" ? lever : dial;
}

function render({ model, el }) {
  const place = `twin-${Math.random().toString(36).slice(2, 9)}`;
  const choice = element("select", { id: `${place}-preset` });
  const general = element("p", { className: "twin-alert", role: "alert" });
  let shown = {};
  // Every message names its lane, so that a lane picked in the meantime does not get the values of the previous one.
  const tell = (message) => ask(model, { ...message, subject: model.get("subject") });
  const turn = (name, value) => {
    choice.value = "";
    return tell({ do: "turn", name, value });
  };
  const all = (message) => {
    for (const { settle } of Object.values(shown)) settle();
    tell(message);
  };
  const update = () => {
    const [values, said, off] = ["values", "said", "disabled"].map((name) => model.get(name));
    for (const [name, { show, line }] of Object.entries(shown)) {
      line.goOn();
      show(values[name], said[name] ?? "", off.includes(name));
    }
    general.textContent = said[""] ?? "";
  };
  const build = () => {
    const groups = new Map();
    shown = {};
    for (const field of model.get("fields")) {
      const line = queue(model, field.name, turn);
      shown[field.name] = builder(field)(field, place, line);
      if (!groups.has(field.group)) groups.set(field.group, []);
      groups.get(field.group).push(shown[field.name].box);
    }
    const sets = [...groups].map(([name, boxes]) => element("fieldset", {}, [...(name ? [element("legend", {}, name)] : []), ...boxes]));
    el.replaceChildren(element("form", { onsubmit: (event) => event.preventDefault() }, [...top(), general, ...sets]));
    update();
  };
  const top = () => {
    if (!model.get("presets").length) return [];
    choice.replaceChildren(
      element("option", { value: "" }, "choose …"),
      ...model.get("presets").map((name) => element("option", { value: name }, name)),
    );
    choice.onchange = () => choice.value && all({ do: "preset", name: choice.value });
    const reset = () => {
      choice.value = "";
      all({ do: "reset" });
    };
    const back = element("button", { type: "button", onclick: reset }, "Reset");
    const named = element("label", { htmlFor: choice.id }, "Preset");
    return [element("div", { className: "twin-presets" }, [named, choice, back])];
  };
  el.classList.add("twin", "twin-dials");
  el.dataset.lmSuppressShortcuts = "true"; // keys typed here must not trigger JupyterLab's shortcuts
  model.on("change:fields", build);
  for (const name of ["values", "said", "disabled", "answered"]) model.on(`change:${name}`, update);
  build();
}

export default { render };
