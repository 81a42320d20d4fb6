/* Puts panels first: what a reader works with stands above the text that explains it. It runs when all cells have
   arrived and no output is drawn yet, so that Voilà draws each output in its final place. */
(function () {
  const paper = document.querySelector(".twin-paper");
  const cells = [...paper.querySelectorAll(":scope > [cell-index]")];
  const OUTPUT = 'script[type="application/vnd.voila.cell-output+json"]';
  const WIDGET = "application/vnd.jupyter.widget-view+json";

  /* Returns what a cell's output says of the widget that it shows: its part of a cockpit, or "panel"; "" without one. */
  function shownBy(cell) {
    for (const script of cell.querySelectorAll(OUTPUT)) {
      const output = JSON.parse(script.textContent);
      if (output.data?.[WIDGET]) return output.metadata?.twin?.part ?? "panel";
    }
    return "";
  }

  const made = (tag, name, ...children) => {
    const element = document.createElement(tag);
    element.className = name;
    element.append(...children);
    return element;
  };

  /* Lessons: the section of each panel, from its heading on, stands below the question of the lesson. */
  function lesson(panels) {
    const title = cells.findIndex((cell) => cell.querySelector("h1"));
    if (title < 0) return;
    const first = made("section", "twin-first");
    for (const panel of panels) {
      let start = panel;
      while (start > title + 1 && !cells[start].querySelector("h2")) start -= 1;
      if (cells[start].querySelector("h2")) first.append(...cells.slice(start, panel + 1));
    }
    first.setAttribute("aria-label", "Try it");
    if (first.childElementCount) cells[title].after(first);
  }

  /* The cockpit: a pane for each part, with its heading and, behind a question mark, its explanation. */
  function pane(number) {
    const part = shownBy(cells[number]), before = number > 0 ? cells[number - 1] : null;
    const box = made("section", `twin-pane twin-pane-${part}`);
    const heading = before?.querySelector("h2");
    if (heading) {
      const head = made("div", "twin-pane-head", heading);
      box.setAttribute("aria-labelledby", heading.id);
      if (before.textContent.trim()) {
        const mark = made("summary", "", "?");
        mark.setAttribute("aria-label", `About: ${heading.firstChild.textContent}`);
        head.append(made("details", "twin-why", mark, made("div", "twin-why-text", before)));
      }
      box.append(head);
    }
    box.append(cells[number]);
    return box;
  }

  /* Explanations close on Escape and on a click elsewhere. */
  function closing() {
    const open = () => document.querySelectorAll(".twin-why[open]");
    document.addEventListener("pointerdown", (event) => {
      for (const why of open()) if (!why.contains(event.target)) why.open = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") for (const why of open()) why.open = false;
    });
  }

  function cockpit(panels) {
    const title = cells.find((cell) => cell.querySelector("h1"));
    const name = title.querySelector("h1");
    const panes = panels.map(pane);
    const data = panes.find((box) => box.matches(".twin-pane-data"));
    const links = made("nav", "twin-bridge-links");
    links.setAttribute("aria-label", "On this page");
    const rest = made("section", "twin-behind", made("h2", "", "How these numbers are made"), ...paper.childNodes);
    rest.id = "twin-lesson";
    if (data) data.id = "twin-data";
    const places = [["twin-lanes", "Lanes"], ["twin-data", "Data"], ["twin-lesson", "How these numbers are made"]];
    for (const [place, words] of places) {
      const link = made("a", "", words);
      link.href = `#${place}`;
      links.append(link);
    }
    const board = made("div", "twin-board", ...panes.filter((box) => box.matches(".twin-pane-lanes, .twin-pane-desk")));
    board.id = "twin-lanes";
    const above = panes.filter((box) => !board.contains(box) && box !== data);
    const bridge = made("div", "twin-bridge", name, links);
    paper.append(made("div", "twin-cockpit", bridge, ...above, board, ...(data ? [data] : [])), rest);
  }

  const panels = cells.map((cell, number) => (shownBy(cell) ? number : -1)).filter((number) => number >= 0);
  if (!panels.length) return;
  closing();
  if (document.body.classList.contains("twin-wide")) cockpit(panels);
  else lesson(panels);
})();
