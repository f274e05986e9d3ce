// Charts with ECharts on a canvas; the numbers stand in the table beside it, the data in a block of JSON inside.
const NAMES = ["blue", "green", "yellow", "purple", "red", "grey"];
const PALER = [0, 0.3, 0.52, 0.7];
const LABEL = { fontSize: 12, lineHeight: 15 };

let loading = null;

const library = () => {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector("meta[name=lotse-echarts]").content;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
};

/** Resolve a token to red, green and blue, which a canvas and ECharts' arithmetic both understand. */
const parts = (() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return (token) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${token})`;
    document.body.append(probe);
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
})();

/** Return a token's colour, mixed with the surface behind it. */
const mixed = (token, share = 0) => {
  const behind = share ? parts("--l-surface") : [0, 0, 0];
  return `rgb(${parts(token).map((part, at) => Math.round(part * (1 - share) + behind[at] * share)).join(", ")})`;
};

const colour = (token) => mixed(token);

const short = (locale) => {
  const format = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  return (value) => format.format(value);
};

/** Give things their meaning colours; where several have the same one, each next is a shade paler. */
const painter = () => {
  const used = {};
  return (thing) => {
    if (!thing.colour) return {};
    const nth = used[thing.colour] ?? 0;
    used[thing.colour] = nth + 1;
    return { itemStyle: { color: mixed(`--c-${thing.colour}`, PALER[Math.min(nth, PALER.length - 1)]) } };
  };
};

const round = (option, kind, ink, paint = painter()) => ({
  series: option.series.map((one) => ({
    ...one,
    ...(kind === "funnel"
      ? { left: "4%", width: "58%", top: 12, bottom: 12, sort: "none", gap: 2, minSize: "6%" }
      : { radius: kind === "donut" ? ["48%", "74%"] : "74%" }),
    label: { color: ink.text, position: kind === "funnel" ? "right" : "outside", overflow: "break", width: 120, ...LABEL },
    labelLine: { lineStyle: { color: ink.line } },
    itemStyle: { borderColor: ink.surface, borderWidth: 2 },
    data: one.data.map((point) => ({ ...point, ...paint(point) })),
  })),
});

const flat = (option, kind, locale, ink, width) => {
  const lines = kind === "line" || kind === "area";
  const names = option.xAxis.data;
  const several = option.series.length > 1;
  const [paintSeries, paintPoint] = [painter(), painter()];
  const lying = !lines && names.length > 2 && Math.max(...names.map((name) => name.length)) * names.length * 7 > width;
  const naming = {
    type: "category",
    data: names,
    inverse: lying,
    axisLabel: { color: ink.muted, width: lying ? Math.min(150, width / 3) : 90, overflow: lying ? "truncate" : "break", hideOverlap: !lying, ...LABEL },
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
  };
  const counting = {
    type: "value",
    minInterval: 1,
    axisLabel: { color: ink.muted, formatter: short(locale), hideOverlap: true },
    splitLine: { lineStyle: { color: ink.line } },
  };
  return {
    grid: { left: 8, right: 16, top: several ? 40 : 16, bottom: 20, containLabel: true },
    legend: several ? { top: 0, type: "scroll", icon: "roundRect", textStyle: { color: ink.text }, pageTextStyle: { color: ink.muted }, pageIconColor: ink.text } : undefined,
    xAxis: lying ? counting : naming,
    yAxis: lying ? naming : counting,
    series: option.series.map((one) => ({
      ...one,
      barMaxWidth: 36,
      areaStyle: one.areaStyle ? { opacity: 0.2 } : undefined,
      ...paintSeries(one),
      data: one.data.map((point) => ({ ...point, ...paintPoint(point) })),
    })),
  };
};

const tooltip = (several, ink) => ({
  trigger: "item",
  renderMode: "richText",
  confine: true,
  backgroundColor: ink.raised,
  borderColor: ink.line,
  textStyle: { color: ink.text, fontSize: 13 },
  formatter: (point) => `${point.name}${several ? `\n${point.seriesName}` : ""}: ${point.data.text || point.value}`,
});

const drawn = new Map();

const drawOne = (echarts, place) => {
  const data = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  const canvas = place.querySelector("[data-chart-canvas]");
  const ink = {
    text: colour("--l-text"),
    muted: colour("--l-muted"),
    line: colour("--l-line"),
    surface: colour("--l-surface"),
    raised: colour("--l-raised"),
  };
  drawn.get(place)?.dispose();
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption({
    animation: !calm,
    animationDuration: 150,
    color: NAMES.map((name) => colour(`--c-${name}`)),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: tooltip(data.option.series.length > 1, ink),
    ...(data.option.xAxis ? flat(data.option, data.kind, data.locale, ink, canvas.clientWidth) : round(data.option, data.kind, ink)),
  });
  chart.on("click", (point) => {
    if (point.data?.url) location.assign(point.data.url);
  });
  new ResizeObserver(() => chart.resize()).observe(canvas);
  drawn.set(place, chart);
};

export const drawAll = async (places) => {
  for (const place of places) place.dataset.drawn = "";
  const echarts = await library();
  for (const place of places) if (place.isConnected) drawOne(echarts, place);
};

new MutationObserver(async () => {
  if (!drawn.size) return;
  const echarts = await library();
  for (const place of [...drawn.keys()]) {
    if (place.isConnected) drawOne(echarts, place);
    else drawn.delete(place);
  }
}).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
