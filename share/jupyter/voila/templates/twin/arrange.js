/* Puts panels first: what a reader works with stands above the text that explains it. It runs when all cells have
   arrived and no output is drawn yet, so that Voilà draws each output in its final place. */
(function () {
  const paper = document.querySelector(".twin-paper");
  const cells = [...paper.querySelectorAll(":scope > [cell-index]")];
  const OUTPUT = 'script[type="application/vnd.voila.cell-output+json"]';
  const WIDGET = "application/vnd.jupyter.widget-view+json";

  /* Returns what a cell's output says of the widget that it shows: its part of a cockpit, or "panel"; "" without one,
     and for a part of the text that is told of the lane in view. */
  function shownBy(cell) {
    for (const script of cell.querySelectorAll(OUTPUT)) {
      const output = JSON.parse(script.textContent);
      const part = output.metadata?.twin?.part ?? "panel";
      if (output.data?.[WIDGET] && part !== "told") return part;
    }
    return "";
  }

  const LESSON = "How these numbers are made";
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
    const top = made("h2", "", LESSON);
    top.tabIndex = -1;
    const rest = made("section", "twin-behind", top, ...paper.childNodes);
    rest.id = "twin-lesson";
    if (data) data.id = "twin-data";
    const places = [["twin-morning", "Morning"], ["twin-lanes", "Lanes"], ["twin-data", "Data"], ["twin-lesson", LESSON]];
    for (const [place, words] of places) {
      const link = made("a", "", words);
      link.href = `#${place}`;
      links.append(link);
    }
    const board = made("div", "twin-board", ...panes.filter((box) => box.matches(".twin-pane-lanes, .twin-pane-desk")));
    board.id = "twin-lanes";
    const above = panes.filter((box) => !board.contains(box) && box !== data);
    const bridge = made("div", "twin-bridge", name, links);
    bridge.id = "twin-morning";
    const front = made("div", "twin-cockpit", ...above, board, ...(data ? [data] : []));
    paper.append(bridge, front, rest);
    turning(front, rest, links);
  }

  /* The lesson is a page of its own behind the panels: an address that ends in its name, or in that of one of its
     sections, shows it in place of them. The panels keep their size meanwhile, so that pictures and scrolling stay. */
  function turning(front, rest, links) {
    let at = 0; // how far down the panels were scrolled
    function turn() {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const before = document.body.classList.contains("twin-reading"), reading = target !== null && rest.contains(target);
      if (reading && !before) at = scrollY;
      document.body.classList.toggle("twin-reading", reading);
      front.inert = reading;
      for (const link of links.children) {
        if (reading && link.hash === "#twin-lesson") link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      if (reading === before) return;
      scrollTo({ top: reading ? 0 : at, behavior: "instant" });
      if (target && target !== rest) target.scrollIntoView({ behavior: "instant" });
      if (reading) rest.querySelector("h2").focus({ preventScroll: true });
    }
    addEventListener("hashchange", turn);
    addEventListener("popstate", turn); // back and forward change the query, too, if another lane was picked meanwhile
    turn();
  }

  const panels = cells.map((cell, number) => (shownBy(cell) ? number : -1)).filter((number) => number >= 0);
  if (!panels.length) return;
  closing();
  if (document.body.classList.contains("twin-wide")) cockpit(panels);
  else lesson(panels);
})();
