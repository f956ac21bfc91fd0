// The scan field. A scanner types like a keyboard and ends with Enter; the answer is the next page, put in place without a
// reload, so that the field keeps the focus, the sound stays allowed, and what is scanned meanwhile waits its turn.

import { isTyping } from "./keys";
import { type Answer, tell } from "./sound";

const TWICE_MS = 400;
const QUEUE_MAX = 20;
const ANSWERS = new Set<string>(["good", "done", "warning", "wrong"]);

let last = { code: "", at_ms: -TWICE_MS };
let lost: { code: string; command: string } | undefined; // sent, but the answer never came
let waiting: string[] = [];
let busy = false;
let listening = false;

/** Sound, buzz and color for the answer that a page carries in `data-answer`. */
export function answer(body: HTMLElement): void {
  const said = body.dataset["answer"] ?? "";
  if (ANSWERS.has(said)) tell(said as Answer);
}

/** Make a form with a scan field work like a scanner's. */
export function scan(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const field = scanField(form);
  if (!field) return;
  addKeyboardSwitch(form, field);
  field.focus({ preventScroll: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(form, field);
  });
  if (listening) return;
  listening = true;
  keepFocus();
  sendButtonsInPlace();
}

function scanField(form: HTMLFormElement | null): HTMLInputElement | null {
  return form?.querySelector<HTMLInputElement>("input:not([type=hidden])") ?? null;
}

function take(form: HTMLFormElement, field: HTMLInputElement): void {
  const code = field.value.trim();
  field.value = "";
  if (!code) return;
  const now_ms = performance.now();
  const twice = code === last.code && now_ms - last.at_ms < TWICE_MS && form.dataset["scan"] !== "count";
  last = { code, at_ms: now_ms };
  if (twice) return;
  if (!busy) void book(form, code);
  else if (waiting.length < QUEUE_MAX) waiting.push(code);
}

/** Send one code. Sent again after a lost connection it has the same command id, and counts once. */
async function book(form: HTMLFormElement, code: string): Promise<void> {
  const command = lost?.code === code ? lost.command : newId();
  const values = new FormData(form);
  values.set(scanField(form)?.name ?? "code", code);
  if (values.has("command")) values.set("command", command);
  const arrived = await send(form.action, values);
  lost = arrived ? undefined : { code, command };
  if (!arrived) sayOffline(code);
  else goOn();
}

/** Post a form and put the answered page in place; false when there is no connection. */
async function send(action: string, values: FormData): Promise<boolean> {
  busy = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(action, {
      method: "POST",
      body: new URLSearchParams([...values].map(([key, of]) => [key, String(of)])),
      headers: { accept: "text/html" },
    });
    arrive(await response.text(), response.url, response.ok);
    return true;
  } catch {
    return false;
  } finally {
    busy = false;
    document.body.removeAttribute("aria-busy");
  }
}

/** Put the page that was answered in the place of this one. */
function arrive(html: string, url: string, ok: boolean): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  const begun = scanField(document.querySelector("[data-scan]"))?.value ?? ""; // of the next code, typed half
  if (!ok) page.body.dataset["answer"] ??= "wrong";
  document.title = page.title;
  for (const name of document.body.getAttributeNames()) document.body.removeAttribute(name);
  for (const { name, value } of page.body.attributes) document.body.setAttribute(name, value);
  document.body.replaceChildren(...page.body.childNodes);
  history.replaceState(null, "", url);
  document.dispatchEvent(new CustomEvent("doorstep:arrived"));
  const field = scanField(document.querySelector("[data-scan]"));
  if (field) field.value = begun;
  if (page.body.dataset["answer"] === "wrong") waiting = []; // what was scanned after a mistake was scanned in error
  answer(document.body);
}

function goOn(): void {
  const form = document.querySelector<HTMLFormElement>("[data-scan]");
  const next = waiting.shift();
  if (form && next !== undefined) void book(form, next);
}

function sayOffline(code: string): void {
  waiting = [];
  last = { code: "", at_ms: -TWICE_MS };
  const field = scanField(document.querySelector("[data-scan]"));
  if (field && code) field.value = code;
  const text = document.createElement("p");
  text.className = "answer warning";
  text.textContent = code
    ? `No connection: ${code} may not be booked. Press Enter to send it again; it counts once.`
    : "No connection. Try again.";
  document.querySelector("[data-answer-text]")?.replaceChildren(text);
  document.body.dataset["answer"] = "warning";
  tell("offline");
}

/** Send the other buttons of a handheld page in place as well: a new page would be silent until it is touched. */
function sendButtonsInPlace(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !document.body.classList.contains("scan")) return;
    if (form.method !== "post" || form.enctype === "multipart/form-data") return;
    event.preventDefault();
    if (busy) return;
    const values = new FormData(form, (event as SubmitEvent).submitter);
    void send(form.action, values).then((arrived) => arrived || sayOffline(""));
  });
}

function back(): void {
  scanField(document.querySelector("[data-scan]"))?.focus({ preventScroll: true });
}

/** Bring every key that goes nowhere into the scan field, and the focus back after a tap. */
function keepFocus(): void {
  document.addEventListener("keydown", (event) => {
    const printable = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if ((printable || event.key === "Enter") && document.activeElement === document.body && !isTyping(event.target)) back();
  });
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    if (!target.closest("a, button, input, select, textarea, label, dialog, summary")) back();
  });
  window.addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
}

/** On touch screens the soft keyboard stays away until it is asked for. */
function addKeyboardSwitch(form: HTMLFormElement, field: HTMLInputElement): void {
  const touch = form.querySelector<HTMLButtonElement>("[data-keyboard]");
  if (!touch || !matchMedia("(pointer: coarse)").matches) return;
  touch.hidden = false;
  field.inputMode = "none";
  touch.addEventListener("click", () => {
    const shown = field.inputMode !== "none";
    field.inputMode = shown ? "none" : "text";
    touch.setAttribute("aria-pressed", String(!shown));
    field.blur();
    field.focus();
  });
}

/** Return a random UUID, also on a plain http address of the local network, where the browser has no `randomUUID`. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
