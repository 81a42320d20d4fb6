/* Reports the progress of a page until it can be used; life.js watches its process, reading.js helps its readers. */
window.twin = (function () {
  const SLOW = 15000, STUCK = 60000; // time until the page says it is slow, or stuck [ms]
  const UNDRAWN = 'script[type="application/vnd.voila.cell-output+json"]'; // an output that Voilà has not drawn yet
  const EMPTY = '.jp-OutputArea-output [class="lm-Widget"]:empty'; // a widget that its own script has not drawn yet
  const root = document.documentElement;
  const part = (id) => document.getElementById(id);
  let complete = false, shown = false, connected = false, step = Date.now(), heard = step, bytes = 0;

  /* Messages: an alert with a button that reloads the page, and a status line; each is replaced by the next one. */
  function tell(text, kind) {
    const banner = part("twin-banner"), line = banner.querySelector("p");
    if (line.textContent !== text) line.textContent = text;
    banner.dataset.kind = kind;
    banner.hidden = false;
  }

  function hush(...kinds) {
    if (kinds.includes(part("twin-banner").dataset.kind)) part("twin-banner").hidden = true;
  }

  function wait(text) {
    if (part("twin-waiting").textContent !== text) part("twin-waiting").textContent = text;
  }

  /* Start: every step of the server and every script moves the progress bar; a long silence is reported. */
  function say(text, share, detail) {
    step = heard = Date.now();
    hush("stuck");
    if (shown) return;
    if (part("loading_text").textContent !== text) part("loading_text").textContent = text;
    part("twin-step").textContent = detail || "";
    part("twin-slow").textContent = "";
    part("twin-progress").value = share;
  }

  new PerformanceObserver(function (list) {
    const scripts = list.getEntries().filter((entry) => !entry.name.includes("/api/"));
    for (const entry of scripts) bytes += entry.transferSize;
    if (scripts.length && complete) say("Loading the scripts of the page:", 0.95, `${(bytes / 1e6).toFixed(1)} MB so far`);
  }).observe({ type: "resource", buffered: true });

  const waiting = setInterval(function () {
    const now = Date.now(), still = now - step;
    if (shown || still < SLOW) return;
    part("twin-slow").textContent = now - heard < SLOW && heard > step
      ? "The server answers, but the line is slow. Please wait."
      : "This takes longer than usual; the server or the line may be slow. Please wait.";
    if (now - heard > STUCK) tell("Nothing has come from the server for a minute. It may be overloaded or stopped.", "stuck");
  }, 1000);

  window.voila_heartbeat = () => { heard = Date.now(); };
  window.voila_process = (index, count) =>
    say("Reading the record and computing:", (index / count) * 0.9, `step ${index} of ${count}`);
  window.voila_finish = function () {
    complete = true;
    if (window.themeLoaded) show();
    else {
      window.cellLoaded = true; // Voilà calls this function again when its theme is loaded
      say("Loading the scripts of the page …", 0.95);
    }
  };
  window.update_loading_text = window.voila_process;
  window.display_cells = window.voila_finish;

  function show() {
    if (shown) return;
    shown = true;
    hush("stuck");
    clearInterval(waiting);
    part("loading").remove();
    part("rendered_cells").style.display = "";
    if (!root.dataset.twinState) wait("Connecting the page to its Python process …");
    document.dispatchEvent(new Event("twin-shown"));
    if (location.hash) part(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }

  /* The page is ready when its process is connected and every output is drawn, and never after a failure. */
  const drawing = setInterval(function () {
    if (root.dataset.twinState) return clearInterval(drawing);
    if (!shown || !connected || document.querySelector(UNDRAWN) || document.querySelector(EMPTY)) return;
    const outputs = [...document.querySelectorAll(".jp-OutputArea-output")].map((output) => output.textContent.slice(0, 30));
    if (outputs.some((text) => text.startsWith("Error displaying widget"))) return fail("Part of this page could not be drawn, so its controls may not work.");
    if (outputs.some((text) => text.startsWith("Loading widget"))) return;
    wait("");
    root.dataset.twinState = "ready";
  }, 100);

  function fail(text, state = "failed") {
    if (root.dataset.twinState !== "ended") root.dataset.twinState = state;
    wait("");
    tell(text, state);
  }

  window.addEventListener("load", function () {
    if (!complete) fail("The page stopped loading before it was complete: the server or the connection failed.");
  });
  window.addEventListener("error", function (event) {
    if (event.target.tagName === "SCRIPT" && !("optional" in event.target.dataset)) fail("A script of this page could not be loaded, so its controls do not work.");
  }, true); // errors of scripts do not bubble

  return { tell, hush, wait, fail, heard: () => { heard = Date.now(); }, connect: () => { connected = true; } };
})();
