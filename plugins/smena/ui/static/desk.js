// What a page cannot do without: Airflow's own theme, links out of the frame that Airflow shows us in, and one tick for all.
"use strict";

(function () {
  const framed = window.parent !== window;

  // Airflow keeps the choice of its reader on the root of its page; without it the system's counts.
  function theme() {
    let chosen = "";
    if (framed) {
      const root = window.parent.document.documentElement;
      chosen = root.classList.contains("dark") ? "dark" : root.classList.contains("light") ? "light" : "";
    }
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
  }
  theme();
  if (framed) {
    new MutationObserver(theme).observe(window.parent.document.documentElement, { attributes: true });
  }

  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-airflow]");
    if (!link || !framed || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    // The frame may not lead its parent away; a link of the parent's own page may.
    event.preventDefault();
    const step = window.parent.document.createElement("a");
    step.href = link.href;
    window.parent.document.body.append(step);
    step.click();
    step.remove();
  });

  document.addEventListener("change", function (event) {
    const all = event.target.closest("input[data-all]");
    if (all) {
      for (const one of document.querySelectorAll("input[data-one]")) {
        if (!one.disabled) one.checked = all.checked;
      }
    }
    if (event.target.closest("input[data-all], input[data-one]")) {
      const chosen = document.querySelectorAll("input[data-one]:checked").length;
      for (const told of document.querySelectorAll("[data-chosen]")) told.textContent = String(chosen);
    }
    const sends = event.target.closest("select[data-sends]");
    if (sends) sends.form.requestSubmit();
  });
})();
