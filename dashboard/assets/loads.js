/* The data page: its language and theme for the whole document, and what is sought in the address. */
(function () {
  "use strict";

  const root = document.documentElement;
  /* the theme of the address, before the first answer comes */
  if (location.pathname === "/data") root.dataset.theme = new URLSearchParams(location.search).get("theme") === "light" ? "light" : "dark";

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    books: {
      address: function (sought) {
        const query = new URLSearchParams(location.search);
        if (sought) query.set("q", sought);
        else query.delete("q");
        history.replaceState(history.state, "", "?" + query);
      },
    },
  });

  function follow() {
    const page = document.querySelector(".books");
    if (!page) return;
    if (root.lang !== page.lang) root.lang = page.lang;
    if (root.dataset.theme !== page.dataset.theme) root.dataset.theme = page.dataset.theme;
  }

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(follow).observe(document.body, { childList: true, subtree: true });
    follow();
  });
})();
