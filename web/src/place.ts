// Where the device is: with a delivery when it is sent, and every few seconds while a van drives.

const EVERY_MS = 20_000;
const PATIENCE_MS = 4_000;

const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 30_000, timeout: PATIENCE_MS };

/** Fill `lat`, `lon` and `accuracy_m` of a form before it is sent; it is sent all the same when the place is not to be had. */
export function fillPlace(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  let asked = false;
  form.addEventListener(
    "submit",
    (event) => {
      if (asked || !("geolocation" in navigator)) return;
      asked = true;
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = (event as SubmitEvent).submitter;
      const send = (): void => form.requestSubmit(submitter);
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          for (const [name, value] of fields(coords)) setField(form, name, value);
          send();
        },
        send,
        OPTIONS,
      );
    },
    { capture: true },
  );
}

/** Post the position to `data-position-url` while the page is open. */
export function reportPosition(element: HTMLElement): void {
  const url = element.dataset["positionUrl"];
  if (!url || !("geolocation" in navigator)) return;
  let last_ms = -EVERY_MS;
  const watch = navigator.geolocation.watchPosition(
    ({ coords }) => {
      if (!element.isConnected) navigator.geolocation.clearWatch(watch);
      else if (performance.now() - last_ms >= EVERY_MS) {
        last_ms = performance.now();
        void fetch(url, { method: "POST", body: new URLSearchParams(fields(coords)), headers: csrf(), keepalive: true }).catch(
          () => (last_ms = -EVERY_MS), // no network: the next position is sent at once
        );
      }
    },
    () => undefined, // without permission nothing is reported; the driver's page works without
    OPTIONS,
  );
}

function fields(coords: GeolocationCoordinates): [string, string][] {
  return [
    ["lat", coords.latitude.toFixed(6)],
    ["lon", coords.longitude.toFixed(6)],
    ["accuracy_m", String(Math.min(Math.round(coords.accuracy), 1_000_000))],
  ];
}

function setField(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value;
}

/** Return the header that proves a request comes from our own page. */
export function csrf(): Record<string, string> {
  const headers: unknown = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  return headers as Record<string, string>;
}
