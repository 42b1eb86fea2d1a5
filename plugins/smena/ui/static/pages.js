// The script of all pages: Airflow's theme and links, links that leave Airflow's frame, a tick for all rows, the sum of
// the ticked rows, rows that open in place, and keyboard control of tables.
"use strict";

(function () {
  const framed = window.parent !== window;

  // Airflow stores the chosen theme on the root element of its page; without a choice the system's theme applies.
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
    // A frame may not navigate its parent, but a link in the parent's own document may.
    event.preventDefault();
    const step = window.parent.document.createElement("a");
    step.href = link.href;
    window.parent.document.body.append(step);
    step.click();
    step.remove();
  });

  // Airflow has one entry for all pages, and keeps the address of the one that is shown behind its own:
  // /plugin/smena/smena/month. On its pages of a DAG or a run our navigation would show another place than Airflow's.
  const isOwnEntry = framed && /\/plugin\/smena(\/|$)/.test(window.parent.location.pathname);
  if (framed && !isOwnEntry) document.documentElement.dataset.embedded = "";

  // Airflow's link to the pages does nothing while its frame is in place, whatever that shows by now.
  if (isOwnEntry) {
    const first = new URL(document.currentScript.src).pathname.replace(/\/static\/pages\.js$/, "/today");
    const gone = new AbortController();
    window.addEventListener("pagehide", () => gone.abort());
    window.parent.document.addEventListener("click", function (event) {
      const link = event.target.closest('a[href$="/plugin/smena"]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      window.location.assign(first);
    }, { capture: true, signal: gone.signal });
  }

  // Elements that scroll sideways can be scrolled with the keyboard.
  function makeScrollable() {
    for (const region of document.querySelectorAll(".wide, main table")) {
      if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
      else region.removeAttribute("tabindex");
    }
  }
  document.addEventListener("DOMContentLoaded", makeScrollable);
  document.addEventListener("htmx:afterSwap", makeScrollable);
  window.addEventListener("resize", makeScrollable);

  // The number and sum of the ticked rows, in whole kopecks, so that nothing is rounded.
  function count() {
    const chosen = document.querySelectorAll("input[data-one]:checked");
    for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = String(chosen.length);
    let kopecks = 0n;
    let known = chosen.length > 0;
    for (const one of chosen) {
      if (one.dataset.sum) kopecks += BigInt(one.dataset.sum);
      else known = false;
    }
    for (const line of document.querySelectorAll("[data-chosen-sum-line]")) line.hidden = !known;
    const sign = kopecks < 0n ? "-" : "";
    const text = String(kopecks < 0n ? -kopecks : kopecks).padStart(3, "0");
    const roubles = text.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
    for (const shown of document.querySelectorAll("[data-chosen-sum]")) shown.textContent = `${sign}${roubles},${text.slice(-2)}`;
    // A link instead of a form, because in Airflow's frame only a link may download.
    const printed = Array.from(chosen).filter((one) => "prints" in one.dataset);
    for (const link of document.querySelectorAll("a[data-prints-chosen]")) {
      const query = printed.map((one) => `document=${encodeURIComponent(one.value)}`).join("&");
      link.href = `${link.href.split("?")[0]}?${query}`;
      link.hidden = !printed.length;
      link.querySelector("b").textContent = String(printed.length);
    }
  }
  count();

  document.addEventListener("change", function (event) {
    const all = event.target.closest("input[data-all]");
    if (all) {
      for (const one of document.querySelectorAll("input[data-one]")) {
        if (!one.disabled) one.checked = all.checked;
      }
    }
    if (event.target.closest("input[data-all], input[data-one]")) {
      count();
    }
    const sends = event.target.closest("select[data-sends]");
    if (sends) sends.form.requestSubmit();
  });

  // A row of a table opens below itself; its link leads to a page with the same content.
  async function open(row) {
    const below = row.nextElementSibling;
    if (below && below.hasAttribute("data-opened")) {
      below.remove();
      return;
    }
    const link = row.querySelector("a[data-opens]");
    const answer = await fetch(link.href, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) {
      window.location.assign(link.href);
      return;
    }
    const opened = document.createElement("tr");
    opened.dataset.opened = "";
    const cell = opened.insertCell();
    cell.colSpan = row.cells.length;
    cell.innerHTML = await answer.text();
    row.after(opened);
  }

  document.addEventListener("click", function (event) {
    const row = event.target.closest("tr[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (event.target.closest("input, button, summary") || (event.target.closest("a") && !event.target.closest("a[data-opens]"))) return;
    event.preventDefault();
    row.focus();
    open(row);
  });

  function help() {
    for (const one of document.querySelectorAll("[data-keys]")) one.hidden = !one.hidden;
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-keys-help]")) help();
  });

  document.addEventListener("keydown", function (event) {
    const rows = Array.from(document.querySelectorAll("[data-rows] tr[data-row]"));
    if (!rows.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const at = rows.indexOf(document.activeElement.closest("tr[data-row]"));
    if (event.key === "j" || event.key === "k") {
      const next = rows[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1)];
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "?") {
      help();
    } else if (at >= 0 && event.key === " " && !event.target.closest("button, a, summary")) {
      const tick = rows[at].querySelector("input[data-one]");
      if (!tick || event.target === tick) return;
      tick.checked = !tick.checked;
      count();
    } else if (at >= 0 && event.key === "Enter" && event.target === rows[at]) {
      open(rows[at]);
    } else {
      return;
    }
    event.preventDefault();
  });
})();
