// Puts a chart with tooltips, as wide as its column, in the place of each picture.
(async () => {
  "use strict";
  const {config, charts} = JSON.parse(document.getElementById("chart-data").textContent);
  const options = {
    config,
    actions: false,
    // Expressions are interpreted, because the policy of this page lets no text become code.
    ast: true,
    renderer: "svg",
    tooltip: {disableDefaultStyle: true},
  };
  for (const panel of document.querySelectorAll("[data-chart]")) {
    const drawing = document.createElement("div");
    drawing.className = "drawing";
    panel.append(drawing);
    try {
      await vegaEmbed(drawing, charts[panel.dataset.chart][Number(panel.dataset.panel)], options);
    } catch (error) {
      drawing.remove(); // the picture stays
      console.error(error);
      continue;
    }
    panel.querySelector(":scope > svg").remove();
    drawing.className = "drawn";
  }
  document.documentElement.dataset.drawn = "all";
})();
