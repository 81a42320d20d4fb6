/* Reports the progress of a page, watches its process and ends it with the page, and adds names for screen readers. */
window.twin = (function () {
  const SLOW = 15000, STUCK = 60000, RETRY = 5000; // time until the page says it is slow, or stuck; retry interval [ms]
  const root = document.documentElement;
  const part = (id) => document.getElementById(id);
  let complete = false, shown = false, leaving = false, lost = false, over = false, moved = Date.now();

  /* Start: every step of the server moves the progress bar; a long silence is reported. */
  function say(text, share, step) {
    moved = Date.now();
    if (shown) return;
    if (part("loading_text").textContent !== text) part("loading_text").textContent = text;
    part("twin-step").textContent = step || "";
    part("twin-slow").textContent = "";
    part("twin-progress").value = share;
  }

  const waiting = setInterval(function () {
    const still = Date.now() - moved;
    if (still > STUCK) tell("Nothing has come from the server for a minute. It may be overloaded or stopped.");
    else if (still > SLOW) part("twin-slow").textContent = "This takes longer than usual; the server may be busy. Please wait.";
  }, 1000);

  window.voila_heartbeat = function () {};
  window.voila_process = (index, count) =>
    say("Reading the record and computing:", (index / count) * 0.9, `step ${index} of ${count}`);
  window.voila_finish = function () {
    complete = true;
    if (window.themeLoaded) show();
    else {
      window.cellLoaded = true; // Voilà calls this function again when its theme is loaded
      say("Drawing the page …", 0.95);
    }
  };
  window.update_loading_text = window.voila_process;
  window.display_cells = window.voila_finish;

  function show() {
    if (shown) return;
    shown = true;
    clearInterval(waiting);
    part("loading").remove();
    part("rendered_cells").style.display = "";
    if (!over) part("twin-banner").hidden = true;
    frameTables();
    listSections();
    root.dataset.twinState = "ready";
    if (location.hash) part(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }

  window.addEventListener("load", function () {
    if (!complete) tell("The page stopped loading before it was complete: the server or the connection failed.");
  });

  /* Use: the socket to the process reports its end; a lost connection is tried again. */
  function tell(text) {
    const banner = part("twin-banner");
    banner.querySelector("p").textContent = text;
    banner.hidden = false;
    if (!shown) clearInterval(waiting);
  }

  function ended() {
    over = true;
    tell("The Python process behind this page has ended, so its controls no longer work. The page stays as it is; reload it to start again.");
  }

  function kernel() {
    const config = part("jupyter-config-data");
    return config ? JSON.parse(config.textContent) : {};
  }

  async function ask() {
    if (leaving || over || !lost) return;
    try {
      const { baseUrl, kernelId } = kernel();
      const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`, { cache: "no-store" });
      if (answer.status === 404) return ended();
    } catch (error) {
      tell("The connection to the server is lost. The page continues on its own when the connection is back.");
    }
    setTimeout(ask, RETRY);
  }

  function watch(socket) {
    socket.addEventListener("open", function () {
      lost = false;
      if (!over && shown) part("twin-banner").hidden = true;
    });
    socket.addEventListener("close", function () {
      if (lost || leaving) return;
      lost = true;
      setTimeout(ask, 500);
    });
    socket.addEventListener("message", function (event) {
      const small = typeof event.data === "string" ? event.data.length < 4096 : event.data.byteLength < 4096;
      if (!small) return;
      const text = typeof event.data === "string" ? event.data : new TextDecoder().decode(event.data);
      if (/"execution_state":\s*"(restarting|autorestarting|dead)"/.test(text)) ended();
    });
  }

  window.WebSocket = class extends window.WebSocket {
    constructor(url, protocols) {
      super(url, protocols);
      if (/\/api\/kernels\/[^/]+\/channels/.test(url)) watch(this);
    }
  };

  /* End: the process ends when the page is closed, and only then. Voilà's own request is blocked: it would also end
     the process when a download starts, and it lacks the token that the server requires on a page opened directly. */
  const beacon = navigator.sendBeacon.bind(navigator);
  navigator.sendBeacon = (url, data) => /\/voila\/api\/shutdown\//.test(url) || beacon(url, data);

  function token() {
    const found = document.cookie.match(/(?:^|; )_xsrf=([^;]+)/);
    if (found) return found[1];
    const made = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    document.cookie = `_xsrf=${made}; path=${kernel().baseUrl}; SameSite=Lax`;
    return made;
  }

  window.addEventListener("pagehide", function () {
    leaving = true;
    const { baseUrl, kernelId } = kernel();
    if (!kernelId) return;
    const form = new FormData();
    form.append("_xsrf", token());
    beacon(`${baseUrl}voila/api/shutdown/${kernelId}`, form);
  });
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

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
      if (frame.scrollWidth > frame.clientWidth) {
        Object.assign(frame, { tabIndex: 0, role: "region", ariaLabel: "Table" });
      }
    }
  }

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

  return { ended };
})();
