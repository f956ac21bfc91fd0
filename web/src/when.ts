// Times on the clock of who looks: the server writes UTC into `<time data-when>`, this device's zone replaces it.

const SHAPE = { day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** Write the moment of a `<time data-when>` as this device's people read it: `03 Mar 2026 08:00`. */
export function tellLocally(element: HTMLElement): void {
  const at = new Date((element as HTMLTimeElement).dateTime);
  if (Number.isNaN(at.getTime())) return;
  const parts = new Map(new Intl.DateTimeFormat("en-US", SHAPE).formatToParts(at).map((one) => [one.type, one.value]));
  const [day, month, year, hour, minute] = (["day", "month", "year", "hour", "minute"] as const).map((one) => parts.get(one) ?? "");
  element.textContent = `${day} ${month} ${year} ${hour}:${minute}`;
}
