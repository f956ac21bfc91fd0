// Maps that work without internet: plain ground, our own lines and pins. A tile address adds streets below them.

import {
  type GeoJSONSource,
  LngLatBounds,
  Map as MapView,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
  type StyleSpecification,
} from "maplibre-gl";

import { word } from "./words";

declare const VERSION: string; // of MapLibre; set by the build

const ZOOM_MAX_AT_FIRST = 15;
const COLORS = ["#1f78b4", "#c2571a", "#33843f", "#7b4fa3", "#b5344b", "#6b5f1e", "#0d7f8c", "#9a4a86"];

type Properties = { kind?: string; label?: string; name?: string; state?: string; color?: string };
type Feature = { type: "Feature"; geometry: { type: string; coordinates: unknown }; properties: Properties };
type Collection = { type: "FeatureCollection"; features: Feature[] };

/** Draw the map of an element with `data-map`; see docs/design-system.md for what its features say. */
export function drawMap(element: HTMLElement): void {
  const built = new URL(".", import.meta.url);
  setWorkerUrl(new URL(`maplibre.js?v=${VERSION}`, built).href);
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL(`map.css?v=${VERSION}`, built).href;
  sheet.addEventListener("load", () => {
    try {
      new LiveMap(element).begin();
    } catch {
      element.textContent = word("map_broken", "This device cannot draw the map. The list has the same places.");
    }
  });
  document.head.append(sheet);
}

class LiveMap {
  private readonly map: MapView;
  private markers: Marker[] = [];
  private fitted = false;

  constructor(private readonly element: HTMLElement) {
    const box = document.createElement("div");
    element.append(box);
    this.map = new MapView({
      container: box,
      style: ground(element.dataset["tileUrl"]),
      center: [0, 20],
      zoom: 1,
      attributionControl: false,
      cooperativeGestures: matchMedia("(pointer: coarse)").matches,
      dragRotate: false,
      pitchWithRotate: false,
      locale: {
        "Map.Title": word("map", "Map"),
        "NavigationControl.ZoomIn": word("zoom_in", "Zoom in"),
        "NavigationControl.ZoomOut": word("zoom_out", "Zoom out"),
        "CooperativeGesturesHandler.MobileHelpText": word("two_fingers", "Use two fingers to move the map"),
      },
    });
    this.map.addControl(new NavigationControl({ showCompass: false }));
    this.map.addControl(new ScaleControl());
    this.map.touchZoomRotate.disableRotation();
  }

  begin(): void {
    const inside = this.element.querySelector("script")?.textContent;
    this.map.on("load", () => {
      this.addLines();
      this.paint();
      this.element.classList.add("ready");
      if (inside) this.show(JSON.parse(inside) as Collection);
      void this.refresh();
    });
    const every_s = Number(this.element.dataset["mapEvery"] ?? 0);
    if (every_s > 0) setInterval(() => void this.refresh(), every_s * 1000);
    this.element.addEventListener("doorstep:refresh", () => void this.refresh());
    document.addEventListener("doorstep:theme", () => this.paint());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  private addLines(): void {
    const none: Collection = { type: "FeatureCollection", features: [] };
    this.map.addSource("lines", { type: "geojson", data: none as never });
    this.map.addLayer({
      id: "streets",
      type: "line",
      source: "lines",
      filter: ["==", ["get", "kind"], "street"],
      paint: { "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.5, 15, 3] },
    });
    this.map.addLayer({
      id: "routes",
      type: "line",
      source: "lines",
      filter: ["==", ["get", "kind"], "route"],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-width": 4, "line-color": ["get", "color"], "line-opacity": 0.85 },
    });
  }

  /** Take the colors of the ground from the style sheet, so that the map is light or dark with the page. */
  private paint(): void {
    this.map.setPaintProperty("ground", "background-color", this.color("--sunken"));
    if (this.map.getLayer("streets")) this.map.setPaintProperty("streets", "line-color", this.color("--edge"));
  }

  private color(name: string): string {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe); // not into the map's box, which a live page may have replaced meanwhile
    const color = getComputedStyle(probe).color;
    probe.remove();
    return color;
  }

  private async refresh(): Promise<void> {
    const url = this.element.dataset["mapUrl"];
    if (!url) return;
    const response = await fetch(url, { headers: { accept: "application/json" } }).catch(() => undefined);
    if (response?.ok) this.show((await response.json()) as Collection);
  }

  private show(places: Collection): void {
    const lines = places.features.filter((one) => one.geometry.type.endsWith("LineString"));
    const routes = lines.filter((one) => one.properties.kind === "route");
    for (const [index, route] of routes.entries()) route.properties.color ??= COLORS[index % COLORS.length] ?? "#555";
    void this.map.getSource<GeoJSONSource>("lines")?.setData({ type: "FeatureCollection", features: lines } as never);
    for (const marker of this.markers) marker.remove();
    this.markers = places.features.filter((one) => one.geometry.type === "Point").map((one) => this.pin(one));
    if (!this.fitted) this.fit(places);
  }

  private pin(feature: Feature): Marker {
    const { kind = "stop", label = "", name = "", state = "", color } = feature.properties;
    const element = document.createElement("div");
    element.className = `pin ${kind} ${state}`;
    element.textContent = label;
    element.setAttribute("role", "img");
    if (color && !state) element.style.background = color;
    const marker = new Marker({ element }).setLngLat(feature.geometry.coordinates as [number, number]);
    if (name) marker.setPopup(new Popup({ offset: 16, closeButton: false }).setText(name));
    marker.addTo(this.map);
    element.setAttribute("aria-label", name || label || kind);
    return marker;
  }

  private fit(places: Collection): void {
    const bounds = new LngLatBounds();
    for (const feature of places.features) {
      if (feature.properties.kind !== "street") extend(bounds, feature.geometry.coordinates);
    }
    if (bounds.isEmpty()) return;
    this.fitted = true;
    this.map.fitBounds(bounds, { padding: { top: 48, right: 64, bottom: 48, left: 40 }, maxZoom: ZOOM_MAX_AT_FIRST, animate: false });
  }
}

function extend(bounds: LngLatBounds, coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  if (typeof coordinates[0] === "number") bounds.extend(coordinates as [number, number]);
  else for (const inner of coordinates) extend(bounds, inner);
}

function ground(tiles: string | undefined): StyleSpecification {
  const style: StyleSpecification = {
    version: 8,
    sources: {},
    layers: [{ id: "ground", type: "background", paint: { "background-color": "#ddd" } }],
  };
  if (tiles) {
    style.sources["tiles"] = { type: "raster", tiles: [tiles], tileSize: 256, maxzoom: 19 };
    style.layers.push({ id: "tiles", type: "raster", source: "tiles" });
  }
  return style;
}
