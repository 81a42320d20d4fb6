/* Sets the colour scheme before the page is drawn: the reader's last choice, by default that of the system. */
(function () {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem("twin-scheme");
    } catch (error) {
      return null; // the browser may forbid storage
    }
  }

  function show(scheme) {
    root.dataset.twinScheme = scheme;
    if (document.body) document.body.dataset.jpThemeLight = String(scheme === "light");
    for (const button of document.querySelectorAll(".twin-scheme")) {
      button.setAttribute("aria-pressed", String(scheme === "dark"));
    }
  }

  const renew = () => show(chosen() || (system.matches ? "dark" : "light"));

  function toggle() {
    const scheme = root.dataset.twinScheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("twin-scheme", scheme);
    } catch (error) {
      // without storage, the choice lasts until the page is closed
    }
    show(scheme);
  }

  renew();
  system.addEventListener("change", renew);
  window.addEventListener("storage", renew);
  document.addEventListener("click", (event) => event.target.closest(".twin-scheme") && toggle());
  document.addEventListener("DOMContentLoaded", () => show(root.dataset.twinScheme));
})();
