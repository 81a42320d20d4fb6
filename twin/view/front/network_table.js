// A table of lanes with search, filter and pages: a click on a heading sorts it, a click on a lane picks the lane.
import { element } from "./element.js";

const PAGE = 20; // rows on a page
const MARK = { "capacity strain": "▲", normal: "●", "under-used": "▽" }; // sign of each status

// Returns a sparkline as SVG; 255 marks a missing value and interrupts the line.
function spark(bytes, width = 110, height = 26) {
  const points = [];
  let broken = true;
  bytes.forEach((level, i) => {
    if (level === 255) return (broken = true);
    const x = (1 + (i / (bytes.length - 1)) * (width - 4)).toFixed(1);
    points.push(`${broken ? "M" : "L"}${x} ${(height - 3 - (level / 254) * (height - 6)).toFixed(1)}`);
    broken = false;
  });
  const end = points.length ? points.at(-1).slice(1).split(" ") : [0, 0];
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true">
    <path d="${points.join("")}"/><circle cx="${end[0]}" cy="${end[1]}" r="2.2"/></svg>`;
}

function written(value, column) {
  if (column.name === "use" && value >= 10) return "over 1000%";
  if (column.kind === "share") return `${(100 * value).toFixed(1)}%`;
  return value.toLocaleString("en-US", { minimumFractionDigits: column.digits, maximumFractionDigits: column.digits });
}

function render({ model, el }) {
  const place = `twin-${Math.random().toString(36).slice(2, 9)}`;
  let order = { column: "demand_mean", down: true };
  let page = 0;
  const search = element("input", { type: "search", id: `${place}-find`, placeholder: "part of a name" });
  const only = element("select", { id: `${place}-only` }, ["all", ...Object.keys(MARK)].map((s) => element("option", { value: s }, s)));
  const summary = element("p", { className: "twin-status", role: "status" });
  const alert = element("p", { className: "twin-alert", role: "alert" });
  const holder = element("div", { className: "twin-scroll" });
  const pager = element("div", { className: "twin-row" });
  const limits = ["strain", "under_used"].map((name) => {
    const input = element("input", { type: "number", id: `${place}-${name}`, step: 1, min: 1, max: 1000 });
    input.onchange = () => {
      model.set("thresholds", { ...model.get("thresholds"), [name]: Number(input.value) / 100 });
      model.save_changes();
    };
    return [name, input];
  });

  function rows() {
    const table = model.get("table");
    const wanted = search.value.trim().toLowerCase();
    const found = table.lane.map((_, i) => i).filter((i) =>
      (!wanted || table.lane[i].toLowerCase().includes(wanted)) && (only.value === "all" || table.status[i] === only.value));
    const by = table[order.column];
    const ahead = (a, b) => (typeof by[a] === "string" ? by[a].localeCompare(by[b]) : by[a] - by[b]) || a - b;
    return found.sort((a, b) => (order.down ? ahead(b, a) : ahead(a, b)));
  }

  function heading(column) {
    if (column.kind === "spark") return element("th", { scope: "col", className: "twin-words" }, column.label);
    const sorted = order.column === column.name;
    const arrow = sorted ? (order.down ? " ↓" : " ↑") : "";
    const button = element("button", { type: "button", title: column.help }, column.label + arrow);
    button.onclick = () => {
      order = { column: column.name, down: sorted ? !order.down : column.kind !== "text" };
      page = 0;
      show();
      holder.querySelector(`[data-column="${column.name}"] button`).focus();
    };
    const cell = element("th", { scope: "col" }, button);
    cell.dataset.column = column.name;
    cell.setAttribute("aria-sort", sorted ? (order.down ? "descending" : "ascending") : "none");
    return cell;
  }

  function row(i) {
    const table = model.get("table");
    const sparks = new Uint8Array(model.get("sparks").buffer, model.get("sparks").byteOffset);
    const count = sparks.length / table.lane.length;
    const made = element("tr", { onclick: () => pick(table.lane[i]) });
    made.dataset.lane = table.lane[i];
    const picked = table.lane[i] === model.get("picked");
    made.classList.toggle("twin-picked", picked);
    for (const column of model.get("columns")) {
      if (column.name === "lane") {
        const button = element("button", { type: "button", className: "twin-link", title: table.lane[i] }, table.lane[i]);
        button.setAttribute("aria-pressed", String(picked));
        made.append(element("th", { scope: "row" }, button));
      } else if (column.kind === "spark") {
        made.append(element("td", { className: "twin-spark", innerHTML: spark(sparks.slice(i * count, (i + 1) * count)) }));
      } else if (column.name === "status") {
        const badge = element("span", { className: "twin-badge" }, `${MARK[table.status[i]]} ${table.status[i]}`);
        badge.dataset.status = table.status[i];
        made.append(element("td", {}, badge));
      } else {
        const cell = element("td", { className: "twin-number" }, written(table[column.name][i], column));
        cell.dataset.name = column.name;
        cell.dataset.value = table[column.name][i];
        made.append(cell);
      }
    }
    return made;
  }

  function pick(lane) {
    model.set("picked", lane);
    model.save_changes();
  }

  function turn(step) {
    page += step;
    show();
    pager.querySelector(step > 0 ? "button:last-child:enabled" : "button:enabled")?.focus();
  }

  function show() {
    const found = rows();
    const last = Math.max(Math.ceil(found.length / PAGE) - 1, 0);
    page = Math.min(page, last);
    const part = found.slice(page * PAGE, (page + 1) * PAGE);
    const table = element("table", {}, [
      element("caption", { className: "twin-unseen" }, "Lanes of the network"),
      element("thead", {}, element("tr", {}, model.get("columns").map(heading))),
      element("tbody", {}, part.map(row)),
    ]);
    const kept = holder.contains(document.activeElement) && document.activeElement.closest("tr")?.dataset.lane;
    holder.replaceChildren(table);
    if (kept) [...holder.querySelectorAll("tr")].find((r) => r.dataset.lane === kept)?.querySelector("button")?.focus();
    const statuses = model.get("table").status;
    const counts = Object.keys(MARK).map((s) => `${statuses.filter((x) => x === s).length.toLocaleString("en-US")} ${s}`);
    summary.textContent = `${statuses.length.toLocaleString("en-US")} ${statuses.length === 1 ? "lane" : "lanes"}: ${counts.join(", ")}.`;
    const back = element("button", { type: "button", disabled: page === 0, onclick: () => turn(-1) }, "Previous");
    const next = element("button", { type: "button", disabled: page === last, onclick: () => turn(1) }, "Next");
    const where = part.length ? `${page * PAGE + 1} to ${page * PAGE + part.length} of ${found.length}` : "no such lane";
    pager.replaceChildren(...(found.length > PAGE ? [back, element("span", {}, where), next] : part.length ? [] : [where]));
  }

  function showLimits() {
    for (const [name, input] of limits) input.value = String(Number((100 * model.get("thresholds")[name]).toPrecision(6)));
    alert.textContent = model.get("said");
  }

  el.classList.add("twin", "twin-lanes");
  el.dataset.lmSuppressShortcuts = "true"; // keys typed here must not trigger JupyterLab's shortcuts
  search.oninput = only.onchange = () => {
    page = 0;
    show();
  };
  const named = (input, text) => element("span", { className: "twin-field" }, [element("label", { htmlFor: input.id }, text), input]);
  el.append(
    element("div", { className: "twin-row twin-top" }, [
      named(search, "Find a lane"), named(only, "Status"),
      named(limits[0][1], "Strain above [% of own capacity]"), named(limits[1][1], "Under-used below [%]"),
    ]), alert, summary, holder, pager);
  model.on("change:row", () => {
    const [table, row] = [model.get("table"), model.get("row")];
    const i = table.lane.indexOf(row.lane);
    if (i < 0) return;
    for (const name of Object.keys(table)) table[name][i] = row[name];
    show();
  });
  for (const name of ["table", "picked", "sparks"]) model.on(`change:${name}`, show);
  for (const name of ["thresholds", "said"]) model.on(`change:${name}`, showLimits);
  show();
  showLimits();
}

export default { render };
