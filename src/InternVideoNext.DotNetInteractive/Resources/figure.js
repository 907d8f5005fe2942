// Puts an interactive chart in the place of its still picture once plotly.js is there; without it, or without scripts, the picture stays.
(function (id, figure) {
  var tries = 0;
  function draw() {
    var place = document.getElementById(id);
    if (!place) return;
    var ink = getComputedStyle(place).color, box = document.createElement("div"), layout = figure.layout;
    box.style.width = "100%";
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.modebar = { bgcolor: "rgba(0,0,0,0)", color: ink, activecolor: ink };
    layout.font = Object.assign({ color: ink }, layout.font);
    place.replaceChildren(box);
    Plotly.newPlot(box, figure.data, layout, Object.assign({ responsive: true, displaylogo: false }, figure.config));
  }
  (function wait() {
    if (window.Plotly) draw();
    else if (tries++ < 100) setTimeout(wait, 100);
  })();
})
