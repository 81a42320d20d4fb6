// A table of lanes: rows are drawn only where they are in view, so that thousands of lanes stay fluent. A click or Enter
// picks a lane; a click on a heading sorts; the form "View" chooses columns, groups and thresholds.
import { ask, element, save } from "./element.js";

const ROW = matchMedia("(pointer: coarse)").matches ? 36 : 20; // height of a row, higher for a thumb [pixel]
const MORE = 6; // rows drawn above and below those in view
const MARK = { strained: "▲", "capacity strain": "▲", watch: "◆", normal: "●", "under-used": "▽", ended: "■", "no data": "○" };
const WIDTH = { text: 84, status: 80, number: 54, share: 54, spark: 58 }; // of a column of each kind [pixel]
const KEPT = "twin-hidden-columns"; // where the browser keeps the columns that a planner has hidden
const COMPARED = /^\s*([^<>=]+?)\s*(<=|>=|<|>|=)\s*(-?[\d.]+)\s*(%?)\s*$/; // such as "profit < 0"

// Returns a sparkline as SVG; 255 marks a missing value and interrupts the line.
function spark(bytes, width = 52, height = 16) {
  const points = [];
  let broken = true;
  bytes.forEach((level, i) => {
    if (level === 255) return (broken = true);
    const x = (1 + (i / (bytes.length - 1)) * (width - 4)).toFixed(1);
    points.push(`${broken ? "M" : "L"}${x} ${(height - 2 - (level / 254) * (height - 4)).toFixed(1)}`);
    broken = false;
  });
  const end = points.length ? points.at(-1).slice(1).split(" ") : [0, 0];
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true">
    <path d="${points.join("")}"/><circle cx="${end[0]}" cy="${end[1]}" r="1.8"/></svg>`;
}

function written(value, column) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (column.name.startsWith("use") && value >= 10) return "over 1000%";
  if (column.kind === "share") return `${(100 * value).toFixed(1)}%`;
  return value.toLocaleString("en-US", { minimumFractionDigits: column.digits, maximumFractionDigits: column.digits });
}

// Returns a cell of a CSV file; a text that a spreadsheet would take for a formula gets an apostrophe.
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? "") ? `'${value}` : (value ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Returns the names of hidden columns that this browser has kept, or those that are hidden at first.
function kept(columns) {
  try {
    const names = JSON.parse(localStorage.getItem(KEPT));
    if (Array.isArray(names)) return new Set(names);
  } catch {
    // a browser may refuse storage
  }
  return new Set(columns.filter((column) => column.hidden).map((column) => column.name));
}

function render({ model, el }) {
  const place = `twin-${Math.random().toString(36).slice(2, 9)}`;
  let order = { column: "demand_mean", down: true };
  let hidden = kept(model.get("columns"));
  let lines = []; // what the table lists: numbers of lanes, and groups {name, count}
  let at = 0; // line that the keyboard has reached
  let drawn = ""; // rows that are drawn, to draw them once only
  const closed = new Set(); // groups that are folded
  const search = element("input", { type: "search", id: `${place}-find`, placeholder: "lane, profit < 0", ariaLabel: "Find a lane" });
  const only = element("select", { id: `${place}-only` });
  const group = element("select", { id: `${place}-group` });
  const summary = element("p", { className: "twin-status", role: "status" });
  const alert = element("p", { className: "twin-alert", role: "alert" });
  const table = element("table", { role: "grid", tabIndex: 0, id: `${place}-table`, ariaLabel: "Lanes of the network" });
  const holder = element("div", { className: "twin-rows" }, table);
  holder.style.setProperty("--row", `${ROW}px`);
  const choices = element("fieldset", { className: "twin-columns" });
  const limits = ["strain", "under_used"].map((name) => {
    const input = element("input", { type: "number", id: `${place}-${name}`, step: 1, min: 1, max: 1000 });
    input.onchange = () => {
      model.set("thresholds", { ...model.get("thresholds"), [name]: Number(input.value) / 100 });
      model.save_changes();
    };
    return [name, input];
  });

  const names = ["goods", "currency"].map((name) => {
    const input = element("input", { type: "text", id: `${place}-${name}`, maxLength: 16, autocomplete: "off" });
    input.onchange = () => {
      model.set("units", { ...model.get("units"), [name]: input.value });
      model.save_changes();
    };
    return [name, input];
  });

  // Name of the column of statuses that the list filters and counts: those of the forecast, once they are there.
  const chief = () => (model.get("table").outlook?.some(Boolean) ? "outlook" : "status");
  const field = element("select", { id: `${place}-field` });
  const value = element("input", { type: "text", id: `${place}-value`, autocomplete: "off", placeholder: "empty removes it" });
  const allowed = element("datalist", { id: `${place}-words` });
  const about = element("p", { className: "twin-help" });
  const give = element("button", { type: "submit" });
  let given = 0; // number of lanes for which a value is set
  const note = element("p", { className: "twin-note", role: "status" });
  const setting = element("form", { className: "twin-view-form" });

  const shown = () => model.get("columns").filter((column) => column.name === "lane" || !hidden.has(column.name));

  // Returns a function that says whether the table's line i passes the search: a part of a name, or a comparison.
  function wanted() {
    const text = search.value.trim().toLowerCase();
    const [, name, sign, number, percent] = COMPARED.exec(text) ?? [];
    const column = name && model.get("columns").find((known) => [known.label, known.name].some((word) => word.toLowerCase() === name));
    const values = model.get("table");
    if (!column || !["number", "share"].includes(column.kind)) return (i) => values.lane[i].toLowerCase().includes(text);
    const limit = Number(number) / (column.kind === "share" || percent ? 100 : 1);
    const holds = { "<": (x) => x < limit, ">": (x) => x > limit, "<=": (x) => x <= limit, ">=": (x) => x >= limit, "=": (x) => x === limit };
    return (i) => holds[sign](values[column.name][i]);
  }

  function found() {
    const values = model.get("table");
    const passes = wanted();
    const rows = values.lane.map((_, i) => i).filter((i) => (only.value === "all" || values[chief()][i] === only.value) && passes(i));
    const by = values[order.column];
    const missing = (x) => x === null || x === undefined || Number.isNaN(x);
    const ahead = (a, b) => (typeof by[a] === "string" ? by[a].localeCompare(by[b]) : by[a] - by[b]) || a - b;
    return rows.sort((a, b) => missing(by[a]) - missing(by[b]) || (order.down ? ahead(b, a) : ahead(a, b)));
  }

  // Returns the lines of the table: the lanes found, below the names of their groups if the table is grouped.
  function listed() {
    const rows = found();
    const values = model.get("table")[group.value];
    if (!values) return rows;
    const groups = new Map();
    for (const i of rows) {
      const name = values[i] || "none";
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(i);
    }
    return [...groups].sort(([a], [b]) => a.localeCompare(b)).flatMap(([name, inside]) =>
      [{ name, count: inside.length }, ...(closed.has(name) ? [] : inside)]);
  }

  function heading(column) {
    if (column.kind === "spark") return element("th", { scope: "col", className: "twin-words" }, column.label);
    const sorted = order.column === column.name;
    const arrow = sorted ? (order.down ? "↓" : "↑") : "";
    const button = element("button", { type: "button", title: column.help }, column.label + arrow);
    button.onclick = () => {
      order = { column: column.name, down: sorted ? !order.down : !["text", "status"].includes(column.kind) };
      holder.scrollTop = at = 0;
      show();
      holder.querySelector(`[data-column="${column.name}"] button`).focus();
    };
    const head = element("th", { scope: "col", className: ["text", "status"].includes(column.kind) ? "twin-words" : "" }, button);
    head.dataset.column = column.name;
    head.setAttribute("aria-sort", sorted ? (order.down ? "descending" : "ascending") : "none");
    return head;
  }

  function row(line, number) {
    const made = element("tr", { id: `${place}-${number}` });
    made.setAttribute("aria-rowindex", number + 2);
    made.classList.toggle("twin-reached-row", number === at);
    if (typeof line !== "number") {
      const words = `${closed.has(line.name) ? "▸" : "▾"} ${line.name} (${line.count.toLocaleString("en-US")})`;
      made.append(element("th", { scope: "rowgroup", colSpan: shown().length }, words));
      made.className += " twin-group";
      made.setAttribute("aria-expanded", String(!closed.has(line.name)));
      return made;
    }
    const values = model.get("table");
    const sparks = new Uint8Array(model.get("sparks").buffer, model.get("sparks").byteOffset, model.get("sparks").byteLength);
    const count = Math.floor(sparks.length / values.lane.length); // a new table arrives before its sparklines
    const picked = values.lane[line] === model.get("picked");
    made.dataset.lane = values.lane[line];
    made.classList.toggle("twin-picked", picked);
    made.setAttribute("aria-selected", String(picked));
    for (const column of shown()) {
      if (column.name === "lane") {
        made.append(element("th", { scope: "row", title: values.lane[line] }, values.lane[line]));
      } else if (column.kind === "spark") {
        made.append(element("td", { className: "twin-spark", innerHTML: spark(sparks.slice(line * count, (line + 1) * count)) }));
      } else if (column.kind === "status") {
        const name = values[column.name][line];
        const badge = element("span", { className: "twin-badge", title: name }, name ? `${MARK[name] ?? "●"} ${name}` : "…");
        badge.dataset.status = name;
        made.append(element("td", { className: "twin-words" }, badge));
      } else if (column.kind === "text") {
        made.append(element("td", { className: "twin-words", title: values[column.name][line] }, values[column.name][line]));
      } else {
        const number = element("td", {}, written(values[column.name][line], column));
        number.dataset.name = column.name;
        number.dataset.value = values[column.name][line];
        made.append(number);
      }
    }
    return made;
  }

  // Shows the lane of a line, or folds and unfolds a group.
  function choose(number, clicked) {
    const line = lines[number];
    at = number;
    if (line === undefined) return;
    if (typeof line !== "number") {
      if (!closed.delete(line.name)) closed.add(line.name);
      return show();
    }
    model.set("picked", model.get("table").lane[line]);
    model.save_changes();
    show();
    if (clicked) document.dispatchEvent(new Event("twin-lane-clicked"));
  }

  function onKey(event) {
    const page = Math.max(Math.floor(holder.clientHeight / ROW) - 2, 1);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1, PageDown: at + page, PageUp: at - page }[event.key];
    if (event.target !== table || (to === undefined && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (to === undefined) return choose(at, false);
    at = Math.min(Math.max(to, 0), lines.length - 1);
    reach();
    draw(true);
  }

  // Scrolls so that the line that the keyboard has reached is in view, below the headings.
  function reach() {
    const head = table.tHead?.offsetHeight ?? 0;
    const top = at * ROW;
    if (top < holder.scrollTop) holder.scrollTop = top;
    else if (top + ROW + head > holder.scrollTop + holder.clientHeight) holder.scrollTop = top + ROW + head - holder.clientHeight;
  }

  const space = (rows) => {
    const filler = element("td", { colSpan: shown().length });
    filler.style.height = `${rows * ROW}px`;
    const body = element("tbody", { className: "twin-space" }, element("tr", {}, filler));
    body.setAttribute("aria-hidden", "true");
    return rows > 0 ? [body] : [];
  };

  // Draws the rows that are in view.
  function draw(again = false) {
    const high = holder.clientHeight || 40 * ROW;
    const first = Math.max(Math.floor(holder.scrollTop / ROW) - MORE, 0);
    const last = Math.min(first + Math.ceil(high / ROW) + 2 * MORE, lines.length);
    if (!again && drawn === `${first} ${last}`) return;
    drawn = `${first} ${last}`;
    const body = element("tbody", {}, lines.slice(first, last).map((line, i) => row(line, first + i)));
    for (const old of [...table.tBodies]) old.remove();
    table.append(...space(first), body, ...space(lines.length - last));
    if (at >= first && at < last) table.setAttribute("aria-activedescendant", `${place}-${at}`);
    else table.removeAttribute("aria-activedescendant");
  }

  function show() {
    lines = listed();
    at = Math.min(at, Math.max(lines.length - 1, 0));
    const widths = shown().map((column) => 
      column.name === "lane" ? 88 : column.kind === "spark" ? WIDTH.spark : Math.max(WIDTH[column.kind], 8 + 6.6 * (column.label.length + 1)));
    table.style.minWidth = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    const columns = widths.map((width) => {
      const made = element("col");
      made.style.width = `${width}px`;
      return made;
    });
    const head = element("thead", {}, element("tr", {}, shown().map(heading)));
    table.querySelector("colgroup")?.remove();
    table.tHead?.remove();
    table.prepend(element("colgroup", {}, columns), head); // the rows stay until they are drawn, and so does the height
    table.setAttribute("aria-rowcount", lines.length + 1);
    draw(true);
    const status = model.get("table")[chief()];
    const lanes = lines.filter((line) => typeof line === "number").length;
    const said = [...new Set(status)].sort().map((name) => `${status.filter((x) => x === name).length.toLocaleString("en-US")} ${name}`);
    const all = `${status.length.toLocaleString("en-US")} ${status.length === 1 ? "lane" : "lanes"}`;
    const some = lines.length === 0 ? "no such lane; " : lanes < status.length ? `${lanes.toLocaleString("en-US")} shown of ` : "";
    summary.textContent = summary.title = `${some}${all}: ${said.join(", ")}.`;
    given = lanes;
    showGive();
  }

  // Says what the button does: an empty value removes the field.
  function showGive() {
    const verb = value.value.trim() ? "Set for" : "Remove from";
    give.textContent = `${verb} ${given.toLocaleString("en-US")} ${given === 1 ? "lane" : "lanes"}`;
    give.disabled = given === 0;
  }

  // Fills the lists of statuses and groups, and the columns that can be chosen.
  function showChoices() {
    const fill = (list, names, first) => {
      const before = list.value;
      list.replaceChildren(...[first, ...names].map(([value, words]) => element("option", { value }, words)));
      list.value = [...list.options].some((option) => option.value === before) ? before : first[0];
    };
    fill(only, [...new Set(model.get("table")[chief()])].sort().map((name) => [name, name]), ["all", "all"]);
    const groups = model.get("columns").filter((column) => column.name !== "lane" && ["text", "status"].includes(column.kind));
    fill(group, groups.map((column) => [column.name, column.label]), ["", "no group"]);
    choices.replaceChildren(element("legend", {}, "Columns"), ...model.get("columns").slice(1).map((column) => {
      const box = element("input", { type: "checkbox", checked: !hidden.has(column.name) });
      box.onchange = () => {
        if (box.checked) hidden.delete(column.name);
        else hidden.add(column.name);
        try {
          localStorage.setItem(KEPT, JSON.stringify([...hidden]));
        } catch {
          // the choice then lasts as long as the page
        }
        show();
      };
      return element("label", { title: column.help }, [box, ` ${column.label}`]);
    }));
  }

  function exported() {
    const columns = shown().filter((column) => column.kind !== "spark");
    const values = model.get("table");
    const rows = lines.filter((line) => typeof line === "number").map((i) => columns.map((column) => cell(values[column.name][i])));
    const text = [columns.map((column) => column.name), ...rows].map((line) => line.join(",")).join("\r\n");
    save("lanes.csv", "text/csv", [`${text}\r\n`]);
  }

  // Fills the list of fields of the plan, and the field for the value: a list if it is one of a few words.
  function showSettable() {
    const before = field.value;
    field.replaceChildren(...model.get("settable").map(({ name, label, help }) => element("option", { value: name, title: help }, label)));
    if (before) field.value = before;
    showValue();
  }

  function showValue() {
    const { words = [], help = "" } = model.get("settable").find(({ name }) => name === field.value) ?? {};
    value.setAttribute("list", words.length ? `${place}-words` : "");
    allowed.replaceChildren(...words.map((word) => element("option", { value: word })));
    about.textContent = help;
  }

  function showLimits() {
    for (const [name, input] of limits) input.value = String(Number((100 * model.get("thresholds")[name]).toPrecision(6)));
    for (const [name, input] of names) input.value = model.get("units")[name] ?? "";
    alert.textContent = model.get("said");
    note.textContent = model.get("noted");
  }

  el.classList.add("twin", "twin-lanes");
  el.dataset.lmSuppressShortcuts = "true"; // keys typed here must not trigger JupyterLab's shortcuts
  search.oninput = only.onchange = group.onchange = () => {
    holder.scrollTop = at = 0;
    show();
  };
  const named = (input, text) => element("span", { className: "twin-field" }, [element("label", { htmlFor: input.id }, text), input]);
  const view = element("details", { className: "twin-view" }, [
    element("summary", {}, "View"),
    element("div", { className: "twin-view-form" }, [
      named(group, "Group by"), choices, named(limits[0][1], "Strain above [% of own capacity]"), named(limits[1][1], "Under-used below [%]"),
      named(names[0][1], "Goods are counted in"), named(names[1][1], "Currency"),
    ]),
  ]);
  setting.append(
    element("p", { className: "twin-help" }, "Set a value of the plan for all lanes that the table shows, as one change."),
    named(field, "Field"), named(value, "Value"), allowed, about, give);
  setting.onsubmit = (event) => {
    event.preventDefault();
    const names = lines.filter((line) => typeof line === "number").map((i) => model.get("table").lane[i]);
    ask(model, { do: "set", field: field.value, text: value.value, lanes: names });
    set.open = false;
    set.querySelector("summary").focus();
  };
  value.oninput = showGive;
  field.onchange = showValue;
  const set = element("details", { className: "twin-view" }, [element("summary", {}, "Set …"), setting]);
  el.append(
    element("div", { className: "twin-row twin-top" }, [
      search, named(only, "Status"), view, set,
      element("button", { type: "button", onclick: exported, title: "Save the lanes and columns that are shown" }, "CSV of these"),
    ]), alert, note, summary, holder);
  const leave = (event) => {
    if (!el.isConnected) return document.removeEventListener("pointerdown", leave);
    for (const part of [view, set]) if (!part.contains(event.target)) part.open = false;
  };
  document.addEventListener("pointerdown", leave); // a click elsewhere closes a form
  for (const part of [view, set]) {
    part.onfocusout = (event) => {
      if (event.relatedTarget && !part.contains(event.relatedTarget)) part.open = false;
    };
    part.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      part.open = false;
      part.querySelector("summary").focus();
    };
  }
  table.onkeydown = onKey;
  // The line that was pressed counts, wherever it stands at release: rows are drawn anew, and the closing form of the
  // view moves them. A drag picks nothing.
  const lineAt = (event) => {
    const row = event.target.closest("tbody:not(.twin-space) tr");
    return row ? lines[Number(row.id.slice(place.length + 1))] : undefined;
  };
  const pick = (line) => {
    const number = lines.indexOf(line);
    if (number >= 0) choose(number, true);
  };
  let pressed = null;
  table.onpointerdown = (event) => (pressed = event.button === 0 ? [lineAt(event), event.clientX, event.clientY] : null);
  const release = (event) => {
    if (!el.isConnected) return document.removeEventListener("pointerup", release);
    const [line, x, y] = pressed ?? [];
    pressed = null;
    if (line !== undefined && Math.hypot(event.clientX - x, event.clientY - y) < 6) pick(line);
  };
  document.addEventListener("pointerup", release); // it may end outside the table
  table.onclick = (event) => event.detail === 0 && pick(lineAt(event)); // by a screen reader
  holder.onscroll = () => draw();
  new ResizeObserver(() => draw()).observe(holder);
  model.on("change:row", () => {
    const [values, changed] = [model.get("table"), model.get("row")];
    const i = values.lane.indexOf(changed.lane);
    if (i < 0) return;
    for (const name of Object.keys(values)) if (name in changed) values[name][i] = changed[name];
    show();
  });
  model.on("change:columns", () => {
    showChoices();
    show();
  });
  model.on("change:table", () => {
    showChoices();
    show();
  });
  for (const name of ["picked", "sparks"]) model.on(`change:${name}`, () => draw(true));
  for (const name of ["thresholds", "units", "said", "noted"]) model.on(`change:${name}`, showLimits);
  model.on("change:settable", showSettable);
  showChoices();
  showSettable();
  show();
  showLimits();
}

export default { render };
