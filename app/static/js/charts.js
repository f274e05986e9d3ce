// Charts with ECharts on a canvas; the numbers stand in the table beside it, the data in a block of JSON inside.
const NAMES = ["blue", "green", "yellow", "purple", "red", "grey"];
/** Width of a letter on an axis, on average. */
const LETTER = 7;
/** Room for a figure beside a bar. */
const FIGURE = 92;
/** What is drawn without a meaning beside meanings, the plainest first. */
const PLAIN = ["grey", "purple", "yellow", "green", "blue", "red"];
const PALER = [0, 0.3, 0.52, 0.7];
/** Bars that lie and get a name each; of more, only as many are named as fit. */
const MOST_NAMED = 30;
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

/**
 * Give things their meaning colours; where several have the same one, each next is a shade paler. A thing without a
 * meaning beside others that have one gets a colour that none of them has.
 */
const painter = (things) => {
  const used = {};
  const meant = new Set(things.map((thing) => thing.colour).filter(Boolean));
  const free = PLAIN.filter((name) => !meant.has(name));
  return (thing) => {
    const name = thing.colour || (meant.size ? free[0] ?? "grey" : null);
    if (!name) return {};
    const nth = used[name] ?? 0;
    used[name] = nth + 1;
    return { itemStyle: { color: mixed(`--c-${name}`, PALER[Math.min(nth, PALER.length - 1)]) } };
  };
};

/** A funnel of bars in the middle, in their given order, each with its name on the left and its figure beside it. */
const funnel = (option, ink, width) => {
  const [one] = option.series;
  const values = one.data.map((point) => point.value ?? 0);
  const most = Math.max(...values, 0);
  const paint = painter(one.data);
  const bar = { type: "bar", stack: "all", barWidth: "86%", barMaxWidth: 52 };
  const room = Math.min(220, Math.round(width * 0.34));
  const middle = Math.max(FIGURE * 1.5, width - room - 32);
  return {
    grid: { left: 8, right: 16, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", show: false, max: (most * middle) / (middle - FIGURE) || 1 },
    yAxis: {
      type: "category",
      inverse: true,
      data: one.data.map((point) => point.name),
      axisLabel: { color: ink.text, width: room, overflow: "truncate", interval: 0, showMinLabel: true, showMaxLabel: true, ...LABEL },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    series: [
      { ...bar, silent: true, itemStyle: { color: "transparent" }, data: values.map((value) => (most - value) / 2) },
      {
        ...bar,
        name: one.name,
        label: { show: true, position: "right", color: ink.text, formatter: (point) => point.data.text ?? "", ...LABEL },
        data: one.data.map((point) => ({ ...point, ...paint(point) })),
      },
    ],
  };
};

const ring = (kind, ink, width) => {
  const room = Math.max(70, Math.min(170, Math.round(width * 0.24)));
  return {
    shape: { radius: kind === "donut" ? ["44%", "68%"] : "68%", avoidLabelOverlap: true },
    label: { color: ink.text, position: "outside", overflow: "truncate", width: room, ...LABEL },
  };
};

const round = (option, kind, ink, width) => ({
  series: option.series.map((one) => {
    const { shape, label } = ring(kind, ink, width);
    const paint = painter(one.data);
    return {
      ...one,
      ...shape,
      label,
      labelLine: { length: 10, length2: 8, lineStyle: { color: ink.line } },
      itemStyle: { borderColor: ink.surface, borderWidth: 2 },
      data: one.data.map((point) => ({ ...point, ...paint(point) })),
    };
  }),
});

/** Room below the axis for each name. */
const slot = (names, width) => Math.floor((width - 72) / Math.max(1, names.length)) - 6;

/** Whether each name fits below its bar or point, in up to three lines. */
const fits = (names, room) =>
  names.every((name) => name.length * LETTER <= room * 2.5 && Math.max(...name.split(/\s+/).map((word) => word.length)) * LETTER <= room);

/** Whether bars lie, so that their names can stand beside them: where these wouldn't fit below. */
const lies = (option, kind, width) => {
  if (!option.xAxis || kind === "line" || kind === "area") return false;
  const names = option.xAxis.data;
  return names.length > 2 && !fits(names, slot(names, width));
};

/** Height that lying bars need, so that each has its name; null where the style sheet's is enough. */
const height = (option, kind, width, given) => {
  if (!lies(option, kind, width)) return null;
  const groups = kind === "stacked_bar" ? 1 : option.series.length;
  const row = Math.min(48, Math.max(20, groups * 11 + 6));
  const wanted = Math.min(option.xAxis.data.length, MOST_NAMED) * row + 70;
  return wanted > given ? wanted : null;
};

const flat = (option, kind, locale, ink, width) => {
  const names = option.xAxis.data;
  const several = option.series.length > 1;
  const lying = lies(option, kind, width);
  const paintSeries = painter(option.series);
  const below = !lying && fits(names, slot(names, width));
  const named = below || (lying && names.length <= MOST_NAMED);
  const wide = lying ? Math.min(220, Math.round(width * 0.34)) : below ? slot(names, width) : 110;
  const naming = {
    type: "category",
    data: names,
    inverse: lying,
    axisLabel: {
      color: ink.muted,
      width: wide,
      overflow: below ? "break" : "truncate",
      hideOverlap: !named,
      ...(named ? { interval: 0, showMinLabel: true, showMaxLabel: true } : {}),
      ...LABEL,
    },
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
    grid: { left: 8, right: lying || below ? 16 : 48, top: several ? 40 : 16, bottom: 20, containLabel: true },
    legend: several ? { top: 0, type: "scroll", icon: "roundRect", textStyle: { color: ink.text }, pageTextStyle: { color: ink.muted }, pageIconColor: ink.text } : undefined,
    xAxis: lying ? counting : naming,
    yAxis: lying ? naming : counting,
    series: option.series.map((one) => {
      const paintPoint = painter(one.data);
      return {
        ...one,
        barMaxWidth: 36,
        areaStyle: one.areaStyle ? { opacity: 0.2 } : undefined,
        ...paintSeries(one),
        data: one.data.map((point) => ({ ...point, ...paintPoint(point) })),
      };
    }),
  };
};

const shape = ({ option, kind, locale }, ink, width) => {
  if (kind === "funnel") return funnel(option, ink, width);
  return option.xAxis ? flat(option, kind, locale, ink, width) : round(option, kind, ink, width);
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
  canvas.style.height = "";
  const needed = height(data.option, data.kind, canvas.clientWidth, canvas.clientHeight);
  if (needed) canvas.style.height = `${needed}px`;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption({
    animation: !calm,
    animationDuration: 150,
    color: NAMES.map((name) => colour(`--c-${name}`)),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: tooltip(data.option.series.length > 1, ink),
    ...shape(data, ink, canvas.clientWidth),
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
