/* Helps the readers of a page: names for screen readers, frames for what is too wide, and a list of sections. */
(function () {
  const part = (id) => document.getElementById(id);

  /* Names for screen readers: handles of sliders get their label, pictures their description. */
  const words = new Map();

  function name(handle) {
    const label = handle.closest(".widget-inline-hbox, .widget-inline-vbox")?.querySelector(".widget-label");
    const handles = handle.closest(".noUi-base").querySelectorAll(".noUi-handle");
    const which = handles.length > 1 ? (handle === handles[0] ? ", from" : ", to") : "";
    if (label?.textContent) handle.setAttribute("aria-label", label.textContent + which);
  }

  function describe(image) {
    const output = image.closest(".jp-OutputArea-child");
    if (output && words.has(output)) image.alt = words.get(output);
  }

  new MutationObserver(function () {
    const shell = part("main"); // Voilà moves the cells into this element, out of the landmark <main>
    if (shell && shell.parentElement === document.body) part("twin-main").append(shell);
    document.querySelectorAll(".noUi-handle:not([aria-label])").forEach(name);
    document.querySelectorAll(".jp-OutputArea-child img:not([alt]), .jp-OutputArea-child img[alt='']").forEach(describe);
    measureSoon();
  }).observe(document, { childList: true, subtree: true });

  document.addEventListener("DOMContentLoaded", function () {
    for (const script of document.querySelectorAll('script[type="application/vnd.voila.cell-output+json"]')) {
      const text = JSON.parse(script.textContent).metadata?.["image/png"]?.alt;
      if (text) words.set(script.closest(".jp-OutputArea-child"), text);
    }
  });

  /* Wide tables and printed columns scroll in a frame of their own, so that the page never scrolls sideways. */
  function frameTables() {
    for (const text of document.querySelectorAll("#rendered_cells pre")) {
      text.classList.toggle("twin-columns", /\S {2,}\S/.test(text.textContent));
    }
    for (const table of document.querySelectorAll(".jp-RenderedMarkdown table")) {
      const frame = document.createElement("div");
      frame.className = "twin-frame";
      table.replaceWith(frame);
      frame.append(table);
    }
  }

  /* What scrolls can be reached and scrolled by keyboard, and has a name. */
  const REGIONS = ".twin-frame, .twin-scroll, .twin-picture, mjx-container, pre, .jp-OutputArea-output";
  const KINDS = { FIGURE: "Picture", "MJX-CONTAINER": "Formula", PRE: "Text" };
  let measuring = 0;

  function measureSoon() {
    measuring ||= setTimeout(measure, 200);
  }

  function measure() {
    measuring = 0;
    const found = [...document.querySelectorAll(REGIONS)].map((region) => [region, scrolls(region)]);
    for (const [region, wide] of found) {
      if (wide && region.tabIndex < 0 && !region.querySelector("a, button, input, select, textarea, [tabindex='0']")) {
        const name = region.querySelector("caption, figcaption")?.textContent.trim() || KINDS[region.tagName] || "Table";
        const same = document.querySelectorAll(`.twin-reached[aria-label^="${CSS.escape(name)}"]`).length;
        Object.assign(region, { tabIndex: 0, role: "region", ariaLabel: same ? `${name} ${same + 1}` : name });
        region.classList.add("twin-reached");
      } else if (!wide && region.classList.contains("twin-reached")) {
        for (const attribute of ["tabindex", "role", "aria-label"]) region.removeAttribute(attribute);
        region.classList.remove("twin-reached");
      }
    }
  }

  function scrolls(region) {
    const wide = region.scrollWidth > region.clientWidth, high = region.scrollHeight > region.clientHeight;
    if (!wide && !high) return false;
    const { overflowX, overflowY } = getComputedStyle(region);
    return (wide && /auto|scroll/.test(overflowX)) || (high && /auto|scroll/.test(overflowY));
  }

  window.addEventListener("resize", measureSoon);
  document.addEventListener("load", measureSoon, true); // a picture has its size when it is loaded

  function listSections() {
    const headings = document.querySelectorAll("body.twin-lesson #rendered_cells h2[id]");
    if (headings.length < 3) return;
    const list = document.createElement("nav");
    list.className = "twin-sections";
    list.setAttribute("aria-label", "On this page");
    list.innerHTML = "<p>On this page</p>";
    for (const heading of headings) {
      const link = document.createElement("a");
      link.href = `#${encodeURIComponent(heading.id)}`;
      link.textContent = heading.firstChild.textContent;
      list.append(link);
    }
    part("rendered_cells").append(list);
  }

  document.addEventListener("twin-shown", frameTables);
  document.addEventListener("twin-shown", listSections);
})();
