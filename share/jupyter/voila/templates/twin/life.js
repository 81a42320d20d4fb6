/* Watches the process behind a page: says when it computes, is silent or has ended, and ends it with the page. */
(function () {
  const ASK = 5000, PATIENCE = 3000, DEAF = 10000; // time between questions to the server; until silence is reported; longest wait for the server [ms]
  const LOST = "The connection to the server is lost. The page continues on its own when the connection is back.";
  const LOGIN = "The login has ended. Reload the page to log in again; what the page shows stays until then.";
  const NO_SERVER = [502, 503, 504]; // answers of a proxy whose server does not answer
  const BUSY = "The Python process is computing …";
  const SILENT = "No answer yet: the process, the server or the line is slow. The page keeps waiting.";
  const SHUT = "The server answers, but the page's connection to it (a WebSocket) does not open; a proxy may block it. The page keeps trying.";
  const page = window.twin;
  const unanswered = new Map(); // messages that the process has not finished: id -> time when it was sent
  let live = null, tried = 0, lost = false, leaving = false, over = false, asking = false, asked = 0, speaking = false;

  const isReady = () => document.documentElement.dataset.twinState === "ready";

  page.ended = function () {
    if (leaving || over) return;
    over = true;
    page.fail("The Python process behind this page has ended, so its controls no longer work. The page stays as it is; reload it to start again.", "ended");
  };

  function kernel() {
    const config = document.getElementById("jupyter-config-data");
    try {
      return config ? JSON.parse(config.textContent) : {};
    } catch {
      return {}; // its text is still arriving
    }
  }

  function silence() { // time since the oldest unfinished message was sent [ms]
    const [first] = unanswered.values();
    return isReady() && first ? Date.now() - first : 0;
  }

  function speak(text) {
    speaking = text !== "";
    page.wait(text);
  }

  /* The server is asked while the page loads, which is the sign of life that keeps the process, and in every silence. */
  setInterval(function () {
    if (leaving || over || document.documentElement.dataset.twinState === "failed") return;
    const silent = silence(), left = live?.bufferedAmount || 0;
    if (silent < PATIENCE) {
      if (speaking) speak("");
      if (isReady() && !lost) return page.hush("lost"); // the process answers again
    } else if (left) return speak(`Sending to the server: ${(left / 1e6).toFixed(1)} MB to go.`);
    else if (!speaking && silent > PATIENCE + 1000) speak(SILENT);
    if (!asking && (Date.now() - asked >= ASK || (silent >= PATIENCE && !speaking))) ask();
  }, 500);

  async function ask() {
    const { baseUrl, kernelId } = kernel();
    if (!kernelId) return;
    asking = true;
    asked = Date.now();
    const limit = isReady() ? { signal: AbortSignal.timeout(DEAF) } : {}; // while scripts load, a request may have to queue
    try {
      const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`, { cache: "no-store", ...limit });
      if (answer.status === 404) return page.ended();
      if (answer.status === 401) return page.tell(LOGIN, "lost");
      if (NO_SERVER.includes(answer.status)) throw new Error("a proxy answers in place of the server");
      page.heard();
      if (!lost) page.hush("lost");
      const busy = answer.ok && (await answer.json()).execution_state === "busy";
      if (silence() >= PATIENCE) speak(busy ? BUSY : SILENT);
      if (!live && tried && Date.now() - tried > ASK) page.wait(SHUT);
    } catch {
      if (!leaving) page.tell(LOST, "lost");
    } finally {
      asking = false;
    }
  }

  /* The socket to the process: it reports the end of the process, and a lost connection is tried again. */
  function watch(socket) {
    tried ||= Date.now();
    socket.addEventListener("open", function () {
      [live, lost] = [socket, false];
      page.hush("lost");
      page.connect();
    });
    socket.addEventListener("close", function () {
      unanswered.clear();
      [lost, asked] = [true, 0];
    });
    socket.addEventListener("message", function ({ data }) {
      if ((data.length ?? data.byteLength) > 4096) return;
      const text = typeof data === "string" ? data : new TextDecoder().decode(data);
      const state = text.match(/"execution_state":\s*"(\w+)"/)?.[1];
      if (["restarting", "autorestarting", "dead"].includes(state)) page.ended();
      if (state === "idle") finish([...text.matchAll(/"msg_id":\s*"([^"]+)"/g)].map((found) => found[1]));
    });
  }

  function finish(ids) { // the process finishes messages in their order
    const done = [...unanswered.keys()];
    for (const id of done.slice(0, Math.max(...ids.map((each) => done.indexOf(each))) + 1)) unanswered.delete(id);
  }

  function note(data) {
    if (!(data instanceof ArrayBuffer || ArrayBuffer.isView(data))) return;
    const bytes = new Uint8Array(data.buffer || data, data.byteOffset || 0, Math.min(data.byteLength, 4096));
    const head = new TextDecoder().decode(bytes);
    const id = head.match(/"msg_id":\s*"([^"]+)"/)?.[1];
    if (id && /"msg_type":\s*"(comm_|kernel_info)/.test(head)) unanswered.set(id, Date.now());
  }

  window.WebSocket = class extends window.WebSocket {
    constructor(url, protocols) {
      super(url, protocols);
      this.leadsToProcess = /\/api\/kernels\/[^/]+\/channels/.test(url);
      if (this.leadsToProcess) watch(this);
    }

    send(data) {
      super.send(data);
      if (this.leadsToProcess) note(data);
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
})();
