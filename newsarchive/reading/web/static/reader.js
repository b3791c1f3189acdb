// The reader's script: keys, live news, choices and marks without a new page.  Everything also works without it.
(() => {
  "use strict";
  const root = document.documentElement;
  const hasMarks = "marks" in document.body.dataset;
  const LIVE_MS = 5000;
  root.classList.add("scripted");

  const post = (address, fields) =>
    fetch(address, { method: "POST", body: new URLSearchParams(fields), redirect: "manual", keepalive: true }).catch(() => {});

  // choices: shown at once, kept by the server's cookie
  for (const form of document.querySelectorAll("form.choices"))
    form.addEventListener("change", (event) => {
      const { name, value } = event.target;
      root.dataset[name] = value;
      for (const other of document.querySelectorAll(`form.choices input[name="${name}"]`)) other.checked = other.value === value;
      post("/choices", { [name]: value }).then(() => { if (name === "pictures") location.reload(); });
    });
  document.addEventListener("click", (event) => {
    const look = document.querySelector(".look[open]");
    if (look && !look.contains(event.target)) look.open = false;
  });

  // marks
  const article = document.querySelector("article.reading[data-docid]");
  const star = (place) => {
    if (!hasMarks || !place) return;
    const starred = !("starred" in place.dataset);
    if (starred) place.dataset.starred = ""; else delete place.dataset.starred;
    post("/marks", { docid: place.dataset.docid, verb: starred ? "starred" : "unstarred" });
    const button = place === article && place.querySelector(".star");
    if (button) {
      button.textContent = starred ? "★ 已收藏" : "☆ 收藏";
      button.value = starred ? "unstarred" : "starred";
      button.setAttribute("aria-pressed", String(starred));
    }
  };
  const see = (place, isRead) => {
    if (!hasMarks || !place) return;
    place.classList.toggle("read", isRead);
    post("/marks", { docid: place.dataset.docid, verb: isRead ? "read" : "unread" });
    if (place !== article) return;
    place.dataset.read = isRead ? "yes" : "no";
    const button = place.querySelector(".seen");
    button.textContent = isRead ? "标为未读" : "标为已读";
    button.value = isRead ? "unread" : "read";
  };
  if (article && hasMarks) {
    if (article.dataset.read === "no" && document.querySelector(".text")) see(article, true);
    for (const form of article.querySelectorAll("form.mark"))
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (event.submitter.classList.contains("star")) star(article); else see(article, article.dataset.read !== "yes");
      });
  }

  // the list: where the reader is, unfolding, finding
  const rows = () => [...document.querySelectorAll(".row")].filter((row) => !row.hidden && row.offsetParent !== null && !row.closest("details:not([open])"));
  const here = () => document.querySelector(".row.here");
  const go = (row) => {
    if (!row) return;
    here()?.classList.remove("here");
    row.classList.add("here");
    row.querySelector("h3 a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const top = row.getBoundingClientRect().top - 120;
    if (top < 0) scrollBy(0, top);
  };
  const step = (by) => {
    const all = rows();
    const at = all.indexOf(here());
    if (at >= 0) return go(all[Math.min(all.length - 1, Math.max(0, at + by))]);
    go(all.find((row) => row.getBoundingClientRect().bottom > 130) || all[0]);
  };
  const unfold = async (row) => {
    if (!row) return;
    const open = row.querySelector(".fold");
    if (open) { open.remove(); go(row); return; }
    const fold = document.createElement("div");
    fold.className = "fold";
    fold.textContent = "…";
    row.append(fold);
    const answer = await fetch(`/article/${encodeURIComponent(row.dataset.docid)}`).catch(() => null);
    const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = page ? [...page.querySelectorAll(".reading .notice, .reading .text")] : [];
    fold.replaceChildren(...(parts.length ? parts.map((part) => document.importNode(part, true)) : ["读不到这篇文章。"]));
    if (parts.length) see(row, true);
    go(row);
  };
  const find = () => {
    const middle = document.querySelector(".middle");
    if (!middle || !document.querySelector(".row")) return;
    let box = document.querySelector(".find");
    if (!box) {
      box = document.createElement("div");
      box.className = "find";
      box.setAttribute("role", "search");
      const input = document.createElement("input");
      input.type = "search";
      input.placeholder = "在本页的标题与来源里找；Esc 收起";
      input.setAttribute("aria-label", "在本页的列表里找");
      box.append(input);
      middle.prepend(box);
      input.addEventListener("input", () => filter(input.value));
      input.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { filter(""); box.remove(); }
        if (event.key === "Enter") go(rows()[0]);
      });
    }
    box.querySelector("input").focus();
    box.scrollIntoView({ block: "center" });
  };
  const filter = (words) => {
    const wanted = words.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of document.querySelectorAll(".row")) {
      const text = row.textContent.normalize("NFKC").toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
    }
    for (const fold of document.querySelectorAll(".reposts")) {
      fold.hidden = !fold.querySelector(".row:not([hidden])");
      fold.firstElementChild.open = wanted.length > 0;
    }
    for (const group of document.querySelectorAll(".group:not(.live)")) group.hidden = !group.querySelector(".row:not([hidden])");
  };

  // keys
  const help = async () => {
    let dialog = document.querySelector("dialog.help");
    if (!dialog) {
      const answer = await fetch("/choices");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      dialog = document.createElement("dialog");
      dialog.className = "help";
      dialog.setAttribute("aria-label", "按键");
      dialog.append(document.importNode(page.querySelector("#keys"), true));
      document.body.append(dialog);
      dialog.addEventListener("click", () => dialog.close());
    }
    dialog.showModal();
  };
  const follow = (selector) => document.querySelector(selector)?.click();
  const keys = {
    j: () => (article ? follow(".neighbours [rel=next]") : step(1)),
    k: () => (article ? follow(".neighbours [rel=prev]") : step(-1)),
    o: () => unfold(here()),
    s: () => star(article || here()),
    m: () => (article ? see(article, article.dataset.read !== "yes") : here() && see(here(), !here().classList.contains("read"))),
    "/": () => { const box = document.querySelector(".page-query") || document.querySelector(".seek input"); box.focus(); box.select(); },
    f: find,
    g: () => { location.href = "/"; },
    "?": help,
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=radio]), select, textarea, dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // live news: only while the page is looked at
  const live = document.querySelector(".live");
  if (!live) return;
  const title = document.title;
  let last = live.dataset.live, count = 0, elsewhere = 0;
  const drop = (told) => {
    const list = live.querySelector("ol");
    for (const { docid, html } of told.rows) {
      const row = new DOMParser().parseFromString(html, "text/html").querySelector("li");
      list.querySelector(`[data-docid="${docid}"]`)?.remove();
      list.prepend(document.importNode(row, true));
    }
    count = list.children.length;
    elsewhere += told.elsewhere;
    live.hidden = !count;
    live.querySelector("small").textContent = `${count} 篇`;
    document.querySelector(".elsewhere").textContent = elsewhere ? `别的日子又有 ${elsewhere} 篇` : "";
    if (count) document.title = `(${count}) ${title}`;
  };
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(`/live?after=${last}&day=${live.dataset.day}`).catch(() => null);
    if (!answer?.ok) return;
    const told = await answer.json();
    last = told.last;
    if (told.lost) {
      document.querySelector(".elsewhere").innerHTML = '来了很多新文章：<a href="/">重新载入</a>';
      return;
    }
    if (told.rows.length || told.elsewhere) drop(told);
  };
  setInterval(ask, LIVE_MS);
  document.addEventListener("visibilitychange", ask);
})();
