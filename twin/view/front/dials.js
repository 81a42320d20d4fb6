// A form of controls: a number and a slider each, with unit, help and bounds, and presets of several at once.
import { element } from "./element.js";

// Short enough for its field; the value behind it keeps all its digits until it is turned.
const written = (value, scale, digits = 4) => String(Number((value * scale).toPrecision(Math.max(digits, String(Math.trunc(value * scale)).length))));

function dial(field, place, commit) {
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
  const say = (sentence) => {
    alert.textContent = sentence;
    number.toggleAttribute("aria-invalid", Boolean(sentence));
  };
  range.oninput = () => (number.value = range.value);
  range.onchange = () => commit(field.name, Number(range.value) / scale);
  number.onchange = () => {
    const value = number.value.trim() === "" ? NaN : Number(number.value);
    if (value >= low && value <= high) return commit(field.name, value / scale);
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
    number.value = range.value = written(value, scale);
    number.disabled = range.disabled = disabled;
    say(sentence);
  };
  return { box, show };
}

function lever(field, place, commit) {
  const box = element("input", { type: "checkbox", id: `${place}-${field.name}` });
  box.onchange = () => commit(field.name, box.checked ? 1 : 0);
  const label = element("label", { htmlFor: box.id }, [box, ` ${field.label}`]);
  const row = element("div", { className: "twin-dial" }, [label, element("p", { className: "twin-help" }, field.help)]);
  row.dataset.field = field.name;
  return { box: row, show: (value) => (box.checked = value > 0) };
}

function render({ model, el }) {
  const place = `twin-${Math.random().toString(36).slice(2, 9)}`;
  let shown = {};
  // One control alone, and of what: a lane picked in the meantime must not get the values of the one before.
  const commit = (name, value) => model.send({ do: "turn", subject: model.get("subject"), name, value });
  const update = () => {
    const [values, said, off] = ["values", "said", "disabled"].map((name) => model.get(name));
    for (const [name, { show }] of Object.entries(shown)) show(values[name], said[name] ?? "", off.includes(name));
    general.textContent = said[""] ?? "";
  };
  const general = element("p", { className: "twin-alert", role: "alert" });
  const build = () => {
    const groups = new Map();
    shown = {};
    for (const field of model.get("fields")) {
      shown[field.name] = (field.unit === "yes" ? lever : dial)(field, place, commit);
      if (!groups.has(field.group)) groups.set(field.group, []);
      groups.get(field.group).push(shown[field.name].box);
    }
    const sets = [...groups].map(([name, boxes]) =>
      element("fieldset", {}, [element("legend", {}, name), ...boxes]));
    el.replaceChildren(element("form", { onsubmit: (event) => event.preventDefault() }, [...top(), general, ...sets]));
    update();
  };
  const top = () => {
    if (!model.get("presets").length) return [];
    const choice = element("select", { id: `${place}-preset` }, [
      element("option", { value: "" }, "choose …"),
      ...model.get("presets").map((name) => element("option", { value: name }, name)),
    ]);
    choice.onchange = () => {
      if (choice.value) model.send({ do: "preset", name: choice.value });
    };
    const back = element("button", { type: "button" }, "Reset");
    back.onclick = () => {
      choice.value = "";
      model.send({ do: "reset" });
    };
    const label = element("label", { htmlFor: choice.id }, "Preset");
    return [element("div", { className: "twin-row twin-top" }, [label, choice, back])];
  };
  el.classList.add("twin", "twin-dials");
  model.on("change:fields", build);
  for (const name of ["values", "said", "disabled"]) model.on(`change:${name}`, update);
  build();
}

export default { render };
