// Charts with ECharts on a canvas; the numbers stand in the table beside it, the data in a block of JSON inside.
const SERIES = ["--l-blue", "--l-green", "--l-yellow", "--l-purple", "--l-red", "--l-grey"];
const NAMED = { blue: "--l-blue", green: "--l-green", yellow: "--l-yellow", purple: "--l-purple", red: "--l-red", grey: "--l-grey" };

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

/** Resolve a token to a colour that a canvas and ECharts' arithmetic both understand. */
const colour = (() => {
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
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  };
})();

const short = (locale) => {
  const format = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  return (value) => format.format(value);
};

const round = (data, ink) => ({
  series: [
    {
      type: data.kind === "funnel" ? "funnel" : "pie",
      ...(data.kind === "funnel"
        ? { left: "5%", width: "60%", top: 16, bottom: 16, sort: "none", gap: 2, minSize: "6%" }
        : { radius: data.kind === "donut" ? ["52%", "78%"] : "78%" }),
      label: { color: ink.text, position: data.kind === "funnel" ? "right" : "outside", overflow: "break", width: 110 },
      labelLine: { lineStyle: { color: ink.line } },
      itemStyle: { borderColor: ink.surface, borderWidth: 2 },
      data: data.categories.map((name, at) => ({
        name,
        value: data.series[0].values[at] ?? 0,
        at,
        itemStyle: data.colours?.[at] ? { color: colour(NAMED[data.colours[at]]) } : undefined,
      })),
    },
  ],
});

const flat = (data, ink) => {
  const lines = data.kind === "line" || data.kind === "area";
  const lying = !lines && data.categories.some((name) => name.length > 14) && data.categories.length > 3;
  const names = {
    type: "category",
    data: data.categories,
    inverse: lying,
    axisLabel: { color: ink.muted, width: lying ? 130 : 80, overflow: lying ? "truncate" : "break", hideOverlap: true },
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
  };
  const numbers = {
    type: "value",
    axisLabel: { color: ink.muted, formatter: short(data.locale), hideOverlap: true },
    splitLine: { lineStyle: { color: ink.line } },
  };
  return {
    grid: { left: 8, right: 16, top: data.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: data.series.length > 1 ? { top: 0, type: "scroll", textStyle: { color: ink.text }, icon: "roundRect" } : undefined,
    xAxis: lying ? numbers : names,
    yAxis: lying ? names : numbers,
    series: data.series.map((one) => ({
      name: one.name,
      type: lines ? "line" : "bar",
      stack: data.kind === "stacked_bar" ? "all" : undefined,
      areaStyle: data.kind === "area" ? { opacity: 0.2 } : undefined,
      barMaxWidth: 36,
      smooth: false,
      itemStyle: one.colour ? { color: colour(NAMED[one.colour]) } : undefined,
      data: one.values,
    })),
  };
};

const tooltip = (data, ink) => ({
  trigger: "item",
  renderMode: "richText",
  confine: true,
  backgroundColor: ink.raised,
  borderColor: ink.line,
  textStyle: { color: ink.text, fontSize: 13 },
  formatter: (point) => {
    const series = data.series[point.seriesIndex ?? 0];
    const at = point.data?.at ?? point.dataIndex;
    const text = series.texts[at] ?? "";
    return data.series.length > 1 ? `${data.categories[at]}\n${series.name}: ${text}` : `${data.categories[at]}: ${text}`;
  },
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
    color: SERIES.map(colour),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: tooltip(data, ink),
    ...(["pie", "donut", "funnel"].includes(data.kind) ? round(data, ink) : flat(data, ink)),
  });
  chart.on("click", (point) => {
    const url = data.series[point.seriesIndex ?? 0]?.urls?.[point.data?.at ?? point.dataIndex];
    if (url) location.assign(url);
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
