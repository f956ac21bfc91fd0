// Pages that renew themselves from a stream of server-sent events.

const WAIT_MIN_MS = 1_000;
const WAIT_MAX_MS = 30_000;

/** Follow the stream at `data-live-url` for as long as the element is on the page. */
export function followLive(element: HTMLElement): void {
  const url = element.dataset["liveUrl"];
  if (!url) return;
  let wait_ms = WAIT_MIN_MS;

  const open = (): void => {
    if (!element.isConnected) return;
    const stream = new EventSource(url);
    stream.addEventListener("open", () => {
      wait_ms = WAIT_MIN_MS;
      element.dataset["liveState"] = "open";
    });
    stream.addEventListener("html", (event) => gone(stream) || replace(event.data as string));
    stream.addEventListener("values", (event) => gone(stream) || write(JSON.parse(event.data as string)));
    stream.addEventListener("reload", () => gone(stream) || location.reload());
    stream.addEventListener("error", () => {
      element.dataset["liveState"] = "lost";
      if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      setTimeout(open, wait_ms);
      wait_ms = Math.min(wait_ms * 2, WAIT_MAX_MS);
    });
    window.addEventListener("pagehide", () => stream.close(), { once: true });
  };

  const gone = (stream: EventSource): boolean => {
    if (element.isConnected) return false;
    stream.close();
    return true;
  };

  open();
}

/** Put each arriving element in the place of the one with the same id; one that somebody is typing in is left alone. */
export function replace(html: string): void {
  const arriving = new DOMParser().parseFromString(`<body>${html}`, "text/html").body;
  for (const fresh of arriving.querySelectorAll<HTMLElement>("[id]")) {
    if (fresh.parentElement?.closest("[id]")) continue; // comes along with the one around it
    const stale = document.getElementById(fresh.id);
    if (!stale || stale.isEqualNode(fresh) || hasFocusedField(stale)) continue;
    const focused = stale.contains(document.activeElement) ? document.activeElement?.id : undefined;
    stale.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus();
  }
  document.dispatchEvent(new CustomEvent("doorstep:arrived"));
}

function hasFocusedField(element: HTMLElement): boolean {
  return element.matches(":focus-within") && Boolean(element.querySelector("input:focus, textarea:focus, select:focus"));
}

function write(values: Record<string, string>): void {
  for (const [id, text] of Object.entries(values)) {
    const element = document.getElementById(id);
    if (!element || element.textContent === text) continue;
    element.textContent = text;
    element.classList.remove("new");
    void element.offsetWidth; // begins the highlight anew
    element.classList.add("new");
  }
}
