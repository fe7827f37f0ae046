/* Aloe: enhancement by data attributes. All but drag and live update works without it. */
(() => {
"use strict";
const doc = document, body = doc.body, now = Date.now;
const $ = (s, r = doc) => r.querySelector(s), $$ = (s, r = doc) => [...r.querySelectorAll(s)];
const on = (types, fn, opt, at = doc) => types.split(" ").forEach((t) => at.addEventListener(t, fn, opt));
doc.documentElement.classList.add("js");

const rect = (x) => x.getBoundingClientRect(), put = (x, t) => { x.textContent = t; };
let policy = { createHTML: (s) => s };
try { policy = trustedTypes.createPolicy("aloe", policy); } catch { /* not available */ }
const json = (r) => r.json().catch(() => ({}));
const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");
const el = (name, props, ...kids) => { const e = Object.assign(doc.createElement(name), props); e.append(...kids); return e; };
const post = async (url, data, accept = "application/json") => {
	if (new URL(url, location).origin !== location.origin) throw Error();
	const form = new URLSearchParams(data), csrf = $("meta[name=csrf]")?.content || "";
	if (!form.has("csrf")) form.set("csrf", csrf);
	// keepalive outlives the page, up to 64 kB
	return fetch(url, { method: "POST", body: form, keepalive: `${form}`.length < 6e4,
		headers: { Accept: accept, "X-CSRF-Token": csrf } });
};
const line = el("div", { className: "status", role: "status" });
body.append(line);
let lineTimer;
const say = (text, ms = 6000) => {
	($("dialog[open]") || body).append(line);
	clearTimeout(lineTimer); put(line, text);
	if (ms) lineTimer = setTimeout(put, ms, line, "");
};
let out = false;
const signedOut = () => { out = true; say("Signed out. Sign in in another tab; what you typed stays here.", 0); };
// After signing in again in another tab, as the same person: this page gets the new session's token and goes on
const comeBack = async () => {
	try {
		const r = await fetch(location.href);
		if (!r.ok || r.redirected) return;
		const page = parse(await r.text()), token = $("meta[name=csrf]", page)?.content;
		if (!token || page.body.dataset.me !== body.dataset.me) return;
		$("meta[name=csrf]").content = token;
		$$("input[name=csrf]").forEach((x) => { x.value = token; });
		if (out) { out = false; say(""); }
		return true;
	} catch { /* the next try will tell */ }
};
const active = () => doc.activeElement, two = (n) => String(n).padStart(2, "0");
const hhmm = (min) => `${two((min / 60 | 0) % 24)}:${two(min % 60)}`;
const typing = (t) => t.matches?.("textarea,select,input:not([type=checkbox],[type=radio],[type=submit])");

// Confirm, dialogs, dismiss, submit once
const MENU = "details.menu[open]", sure = new WeakSet();
const ask = (src, yes) => {
	const d = src.dataset;
	const ok = el("button", { className: "btn " + (d.confirmKind || "danger") }, d.confirmYes || "Yes");
	const no = el("button", { className: "btn plain" }, d.confirmNo || "Keep as it is");
	const box = el("dialog", { ariaLabel: d.confirm, onclose: () => box.remove() }, el("h2", {}, d.confirm), el("p", {}, d.confirmDetail || ""), el("div", { className: "actions" }, ok, no));
	ok.onclick = () => { box.close(); yes(); };
	no.onclick = () => box.close();
	body.append(box); box.showModal(); no.focus();
};
// Asks for one of several; answers its value, or null when nothing was chosen
const choose = (title, detail, choices) => new Promise((done) => {
	const pick = (value) => () => { done(value); box.close(); };
	const buttons = choices.map(([value, words, kind]) => el("button", { className: `btn ${kind}`, onclick: pick(value) }, words));
	const box = el("dialog", { ariaLabel: title, onclose: () => { box.remove(); done(null); } }, el("h2", {}, title), el("p", {}, detail), el("div", { className: "actions" }, ...buttons));
	body.append(box); box.showModal();
});
on("submit", (e) => {
	const form = e.target, by = e.submitter, src = by?.dataset.confirm ? by : form;
	if (src.dataset.confirm && !sure.has(src)) {
		e.preventDefault();
		return ask(src, () => { sure.add(src); form.requestSubmit(by); sure.delete(src); });
	}
	if (form.matches("[data-reveal]")) { e.preventDefault(); return reveal(form); }
	if (form.method === "dialog") return;
	if (form.dataset.dirty) form.dataset.dirty = "";
	if (by && form.method === "post") setTimeout(() => { by.ariaDisabled = "true"; });
});
on("click", (e) => {
	const t = e.target.closest("a,button"), d = t?.dataset;
	if (!t) return;
	if (t.type === "submit" && t.ariaDisabled === "true") e.preventDefault();
	else if (d.dialog) doc.getElementById(d.dialog)?.showModal();
	else if ("dismiss" in d) { t.closest("[data-dismissable]")?.remove(); $("main").focus({ preventScroll: true }); }
});
on("pageshow", () => $$("button").forEach((b) => { b.ariaDisabled = null; }), 0, window);

on("pointerdown focusin", (e) => $$(MENU).forEach((m) => { if (!m.contains(e.target)) m.open = false; }));
on("change", (e) => { if (e.target.form?.matches("[data-auto]")) e.target.form.requestSubmit(); });

// Keyboard
const store = (v) => { try { if (v) localStorage.aloeKeys = v; return localStorage.aloeKeys; } catch { return v; } };
let keys = store() !== "off", typed = "", typedAt = 0;
on("keydown", (e) => {
	const t = e.target;
	if (e.key === "Escape") {
		if (drag) return drop(true);
		const menu = $(MENU);
		if (menu) { menu.open = false; $("summary", menu).focus(); }
		return;
	}
	const ctrl = e.ctrlKey || e.metaKey;
	if ((!keys && !ctrl) || e.altKey || e.repeat || (typing(t) && !ctrl)) return;
	const key = (ctrl ? "ctrl+" : "") + e.key.toLowerCase(), scope = $("dialog[open]") || doc;
	typed = now() - typedAt > 1000 ? key : `${typed} ${key}`.trim(); typedAt = now();
	const find = (k) => $$("[data-key]", scope).find((x) => x.dataset.key === k && x.getClientRects().length);
	const hit = find(typed) || find(key);
	if (!hit) return;
	e.preventDefault(); typed = ""; hit.focus();
	if (typing(hit)) hit.select?.(); else hit.click();
});
const list = $("[data-keys]"), off = $("[data-keys-off]");
$$("[data-key]").forEach((x) => {
	const key = x.dataset.key, words = x.dataset.keyLabel || x.ariaLabel || x.firstChild?.textContent.trim();
	if (!key.includes(" ")) x.ariaKeyShortcuts = key.replace("ctrl", "Control");
	list?.append(el("dt", {}, el("kbd", {}, key.toUpperCase())), el("dd", {}, words));
});
if (off) { off.checked = !keys; off.onchange = () => { keys = !off.checked; store(keys ? "on" : "off"); }; }

// Reveal: in the page for some seconds, then gone
const shown = new Map();
const mask = (slot) => {
	const s = shown.get(slot);
	clearInterval(s.timer); slot.replaceChildren(...s.dots); slot.classList.remove("revealed"); s.note.remove(); shown.delete(slot);
};
const maskAll = () => [...shown.keys()].forEach(mask);
const reveal = async (form) => {
	const slot = doc.getElementById(form.dataset.into);
	if (!slot || shown.has(slot)) return;
	try {
		const r = await post(form.action, new FormData(form)), j = await json(r);
		if (r.status === 401) return signedOut();
		if (j.type === "urn:aloe:proof-needed") return location.assign(`/account/confirm?next=${encodeURIComponent(location.pathname + location.search)}`);
		if (!r.ok || !j.value) return say(j.detail || "This cannot be shown now.");
		if (doc.hidden || !slot.isConnected) return;
		let left = +form.dataset.reveal || 20;
		const note = el("span", { className: "dim small" });
		const tick = () => { put(note, ` hides in ${left} s`); if (!left--) mask(slot); };
		form.closest("details.menu")?.removeAttribute("open");
		shown.set(slot, { dots: [...slot.childNodes], note, timer: setInterval(tick, 1000) });
		slot.replaceChildren(j.value); slot.classList.add("revealed"); slot.after(note); tick();
		slot.tabIndex = -1; slot.focus();
	} catch { say("No connection. Nothing was shown."); }
};

// Passkeys: the server asks, the device answers
const passkey = async (button) => {
	const { passkey: url, next = "" } = button.dataset, make = "make" in button.dataset, form = button.closest("form"), P = PublicKeyCredential;
	button.disabled = true;
	try {
		const asked = await post(`${url}/ask`, {}), o = await json(asked);
		if (o.type === "urn:aloe:proof-needed") return location.assign("/account/confirm?next=/account");
		if (!asked.ok) return say(o.detail || "That did not work. Try again.", 1e4);
		const publicKey = (make ? P.parseCreationOptionsFromJSON : P.parseRequestOptionsFromJSON).call(P, o.publicKey);
		const answer = await navigator.credentials[make ? "create" : "get"]({ publicKey });
		const r = await post(url, { answer: JSON.stringify(answer), next }), j = await json(r);
		if (!r.ok) return say(j.detail || "That did not work. Try again.", 1e4);
		if (!j.proved) return location.assign(j.to);
		$("[name=proof]", form)?.remove(); form.submit();
	} catch (e) { say(e.name === "TypeError" ? "No connection. Try again." : "No passkey was used. Try again, or go on without it.", 1e4); }
	finally { button.disabled = false; }
};
$$("[data-passkey]").forEach((b) => { if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) b.onclick = () => passkey(b); else b.hidden = true; });

// Autosave: after 1.5 s, at least each 3 s, and on leaving
const savers = [];
const autosave = (form) => {
	const out = $("[data-save-status]"), banner = $("[data-conflict]"), tab = crypto.getRandomValues(new Uint32Array(2)).join("");
	let dirty = false, busy = false, stop = false, timer, first = 0, fails = 0, seq = 0;
	const tell = (state, text) => { if (out) { out.dataset.state = state; put(out, text); } };
	const later = (ms) => { clearTimeout(timer); timer = setTimeout(save, ms); };
	const save = async (last) => {
		clearTimeout(timer);
		if (!dirty || stop || (busy && last !== true)) return;
		const data = new URLSearchParams(new FormData(form));
		data.set("tab", tab); data.set("seq", ++seq);
		dirty = false; busy = true; first = 0; tell("saving", "Saving");
		let wait = 0;
		try {
			const r = await post(form.dataset.autosave, data), j = await json(r);
			if (r.status === 409) {
				stop = dirty = true; tell("failed", "Not saved: changed elsewhere");
				if (banner) { banner.hidden = false; banner.focus(); }
				return;
			}
			if (r.redirected || r.status === 401 || r.status === 403) {
				if (!await comeBack()) signedOut(); else if (!fails) wait = 1;
			}
			// What is wrong stays wrong until something else is typed
			if (r.status === 413 || r.status === 422) { dirty = true; fails = 0; return tell("failed", `Not saved. ${j.detail || ""}`); }
			if (!r.ok || !("version" in j)) throw Error();
			form.elements.version.value = j.version; fails = 0;
			tell("saved", `Saved ${j.saved_at}`);
			if (dirty) { tell("dirty", "Not saved yet"); wait = 1500; }
		} catch { dirty = true; wait ||= Math.min(3e4, 2000 * 2 ** fails); fails++; tell("failed", "Not saved, trying again"); }
		finally { busy = false; if (wait) later(wait); }
	};
	form.addEventListener("input", () => {
		if (stop) return;
		dirty = true; first ||= now();
		if (!fails) { tell("dirty", "Not saved yet"); later(Math.max(0, Math.min(1500, first + 3000 - now()))); }
	});
	form.addEventListener("submit", () => { stop = true; dirty = false; });
	savers.push({ flush: () => save(true), retry: () => { if (fails) save(); }, open: () => dirty || (busy && !stop) });
};
const left = () => { maskAll(); savers.forEach((s) => s.flush()); };
on("pagehide", left, 0, window);
on("visibilitychange", async () => {
	if (doc.hidden) return left();
	if (source) soon();
	if (out) await comeBack();
	savers.forEach((s) => s.retry());
});
on("beforeunload", (e) => { if (savers.some((s) => s.open()) || $('form[data-dirty="yes"]:not([data-autosave])')) e.preventDefault(); }, 0, window);
on("input", (e) => {
	const t = e.target, f = t.form;
	if (f && "dirty" in f.dataset) f.dataset.dirty = "yes";
	if (t.dataset.pin) { const v = t.value.replace(/\D/g, "").slice(0, t.dataset.pin); if (v !== t.value) t.value = v; }
});

// Look up while typing: the form's own answer, of which the part with this id is shown
let lookupTimer, lookups = 0;
const lookUp = async (t) => {
	const turn = ++lookups, box = doc.getElementById(t.dataset.lookup), data = new FormData(t.form);
	data.set("who", "find");
	try {
		const r = await post(t.form.action, data, "text/html");
		if (r.status === 401) return signedOut();
		const found = r.ok && $(`#${t.dataset.lookup}`, parse(await r.text()));
		if (found && turn === lookups && box.isConnected) box.replaceChildren(...doc.importNode(found, true).childNodes);
	} catch { /* the button still finds */ }
};
on("input", (e) => {
	const t = e.target;
	if (!t.dataset.lookup) return;
	clearTimeout(lookupTimer); lookups++;
	doc.getElementById(t.dataset.lookup).replaceChildren();
	if (t.value.trim().length > 2) lookupTimer = setTimeout(lookUp, 400, t);
});

// Countdowns and the now-line
const countdown = (x) => {
	const d = x.dataset, end = now() + d.left * 1000, button = x.matches("button"), word = x.textContent;
	let warn = d.left > 60 && d.leftWarn;
	const tick = () => {
		const s = Math.max(0, Math.ceil((end - now()) / 1000));
		if (button) x.disabled = !!s;
		put(x, s ? d.leftText.replace("{t}", button ? `${s} s` : `${s / 60 | 0}:${two(s % 60)}`) : d.leftOver || word);
		if (warn && s <= 60) { warn = 0; say(`One minute left. ${d.leftWarn}`, 2e4); }
		if (!s) clearInterval(timer);
	};
	const timer = setInterval(tick, 1000); tick();
};
const tickNow = () => $$("[data-now]").forEach((x) => {
	const min = +x.dataset.now + (performance.now() / 6e4 | 0), b = $("b", x);
	x.className = x.className.replace(/ [rm]\d+\b/g, "") + ` r${(min / 5 | 0) % 288}` + (min % 5 ? ` m${min % 5}` : "");
	if (b) put(b, hhmm(min));
});

// Live update
const main = $("main[data-live]");
let source, wait = 1000, pending, ended = false;
const busy = (old) => drag || (old.contains(active()) && typing(active())) || $('dialog[open],details.menu[open],form[data-dirty="yes"],.revealed', old);
const address = (x) => x.id ? `#${CSS.escape(x.id)}` : x.getAttribute("href") ? `a[href="${CSS.escape(x.getAttribute("href"))}"]` : null;
const swap = (fresh) => {
	for (const old of $$("[data-swap]")) {
		const next = $(`[data-swap="${CSS.escape(old.dataset.swap)}"]`, fresh);
		if (!next) continue;
		if (busy(old)) { clearTimeout(pending); pending = setTimeout(refresh, 3000); continue; }
		const focus = old.contains(active()) && address(active());
		const tops = [old, ...$$("[data-scroll]", old)].map((x) => [x.scrollTop, x.scrollLeft]);
		const neu = doc.importNode(next, true);
		old.replaceWith(neu);
		[neu, ...$$("[data-scroll]", neu)].forEach((x, i) => { if (tops[i]) [x.scrollTop, x.scrollLeft] = tops[i]; });
		$$("[data-left]", neu).forEach(countdown);
		if (focus) $(focus, neu)?.focus({ preventScroll: true });
	}
};
const refresh = async () => {
	try {
		const r = await fetch(location.href, { headers: { "X-Fragment": "1" } });
		if (r.status === 401 || (r.redirected && new URL(r.url).pathname !== location.pathname)) { ended = true; source?.close(); return signedOut(); }
		if (r.ok) swap(parse(await r.text()));
	} catch { /* the event source says so */ }
};
const soon = () => { clearTimeout(pending); pending = setTimeout(refresh, 250); };
const quiet = (up) => $$("[data-live-status]").forEach((x) => { x.dataset.state = up ? "on" : "off"; put(x, up ? "" : "Offline, reconnecting"); });
let again;
const listen = () => {
	clearTimeout(again); source?.close();
	if (ended) return;
	source = new EventSource(main.dataset.live);
	source.onopen = () => { if (wait > 1000) soon(); wait = 1000; quiet(true); };
	source.onmessage = soon;
	source.onerror = () => { source.close(); quiet(false); wait = Math.min(3e4, wait * 2); again = setTimeout(() => { soon(); listen(); }, wait * (.75 + Math.random() / 2)); };
};

// Calendar: drag, resize, press on an empty place
let drag = null, swallow = false;
const num = (x, c) => +(x.className.match(`(?:^|\\s)${c}(\\d+)`)?.[1] ?? 0);
const set = (x, c, n) => { x.className = x.className.replace(RegExp(`(^|\\s)${c}\\d+`), ` ${c}${n}`); };
const rowAt = (slots, y) => { const b = rect(slots); return Math.floor((y - b.top) / b.height * 288); };
on("pointerdown", (e) => {
	const ev = e.target.closest("[data-move-url]");
	if (!ev || e.button || e.pointerType === "touch") return;
	const home = ev.parentElement;
	drag = { ev, home, grid: home.closest("[data-cal]"), next: ev.nextSibling, cls: ev.className, size: ev.matches(".ev") && e.clientY > rect(ev).bottom - 7, x: e.clientX, y: e.clientY, grip: rowAt(home, e.clientY) - num(ev, "r") };
});
on("pointermove", (e) => {
	if (!drag) return;
	const { ev, size, x, y, grid } = drag;
	if (!drag.on) {
		if (Math.hypot(e.clientX - x, e.clientY - y) < 5) return;
		drag.on = true; body.classList.add("is-dragging"); ev.className = ev.className.replace(/\s(of|l)\d+/g, "") + " dragging";
	}
	const at = (lo, hi, n) => Math.max(lo, Math.min(hi, n)), row = num(ev, "r");
	if (size) set(ev, "h", at(1, 288 - row, rowAt(ev.parentElement, e.clientY) + 1 - row));
	else {
		const over = doc.elementsFromPoint(e.clientX, e.clientY).map((n) => n.closest("[data-resource]") || n.closest(".team-week td")?.firstElementChild).find(Boolean) || ev.parentElement;
		if (over !== ev.parentElement) over.append(ev);
		// In the week of everybody a cell is a day of a diary: the time stays
		if (!grid) return;
		set(ev, "r", at(0, 288 - num(ev, "h"), rowAt(over, e.clientY) - drag.grip));
	}
	const from = +ev.dataset.start + (num(ev, "r") - num({ className: drag.cls }, "r")) * 5, b = rect(grid);
	ev.dataset.when = `${hhmm(from)} to ${hhmm(from + (size ? num(ev, "h") * 5 : +ev.dataset.minutes))}`;
	grid.scrollTop += e.clientY > b.bottom - 40 ? 12 : e.clientY < b.top + 90 ? -12 : 0;
});
const drop = async (cancel) => {
	const d = drag; drag = null;
	if (!d?.on) return;
	const { ev, home } = d, to = ev.parentElement, row = num(ev, "r"), rows = num(ev, "h");
	const back = () => { ev.className = d.cls; home.insertBefore(ev, d.next?.parentNode === home ? d.next : null); };
	body.classList.remove("is-dragging"); ev.classList.remove("dragging");
	swallow = true; setTimeout(() => { swallow = false; }, 50);
	const was = { className: d.cls }, down = row - num(was, "r");
	if (cancel === true || (to === home && !down && num(was, "h") === rows)) return back();
	// What is drawn in steps of five minutes need not begin or end on one: a move keeps the minutes, a resize keeps the start
	const start = hhmm(+ev.dataset.start + down * 5), minutes = d.size ? rows * 5 : ev.dataset.minutes;
	const sent = { resource: to.dataset.resource, date: to.dataset.date, start, minutes, version: ev.dataset.version || "" };
	if (ev.dataset.tell && (down || to.dataset.date !== home.dataset.date)) {
		const tell = await choose(`Tell ${ev.dataset.tell}?`, `The booking goes to ${start}${to.dataset.day ? `, ${to.dataset.day}` : ""}.`, [["1", "Move and tell by SMS", "primary"], ["0", "Move without telling", ""], [null, "Put it back", "plain"]]);
		if (tell === null) return back();
		sent.tell = tell;
	}
	try {
		const r = await post(ev.dataset.moveUrl, sent, "text/html");
		// What stands there when the word is read is the new one, ready for the next drag
		if (r.ok) { await refresh(); return say(`Now at ${start}, ${[to.dataset.name, to.dataset.day].filter(Boolean).join(", ")}`); }
		back();
		if (r.status === 401) return signedOut();
		const answer = parse(await r.text()), box = $("dialog", answer);
		if (box) { box.onclose = () => box.remove(); body.append(box); box.showModal(); }
		else say($("[data-message]", answer)?.textContent.trim() || "Not moved. The booking is where it was.", 1e4);
	} catch { back(); say("No connection. The booking is where it was.", 1e4); }
};
on("pointerup", () => drop());
on("pointercancel", () => drop(true));
on("dragstart", (e) => { if (e.target.closest?.("[data-move-url]")) e.preventDefault(); });
on("click", (e) => {
	if (swallow && !e.target.closest("dialog")) { e.preventDefault(); e.stopPropagation(); }
	else if (e.target.dataset?.new) location.assign(e.target.dataset.new.replace("{time}", hhmm((rowAt(e.target, e.clientY) / 3 | 0) * 15)));
}, true);

// Renew the session while somebody works
const renew = body.dataset.renew;
let used = false;
if (renew) {
	on("pointerdown keydown wheel", () => { used = true; }, { passive: true, capture: true });
	setInterval(async () => {
		if (!used) return;
		used = false;
		try { if ((await post(renew, {})).status === 401) signedOut(); } catch { used = true; }
	}, body.dataset.renewEvery * 1000);
}

$$("form[data-autosave]").forEach(autosave);
$$("[data-left]").forEach(countdown);
$(".errors,.note-box[role=alert][tabindex]")?.focus();
if (main) { listen(); on("online", listen, 0, window); on("offline", () => quiet(false), 0, window); }
tickNow(); setInterval(tickNow, 2e4);
// What was chosen or just made stands in sight, else the present hour
const line0 = $("[data-cal] .ev.chosen") || $("[data-cal] .ev:target") || $("[data-cal] .now");
if (line0) { const cal = $("[data-cal]"); cal.scrollTop += rect(line0).top - rect(cal).top - cal.clientHeight / 3; }
})();
