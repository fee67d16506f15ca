// Fills the layers of an exported map from the data in the page.
// Every text goes in as a text node: nothing of the data is ever read as HTML.
"use strict";

function terradeskMap(map, layers) {
  const data = JSON.parse(document.getElementById("terradesk-data").textContent);
  const step = Math.pow(10, -data.digits);

  function element(tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined) { made.textContent = text; }
    if (name) { made.className = name; }
    return made;
  }

  // Rings come as whole numbers, each point as its distance from the one before.
  function ring(numbers) {
    const out = [];
    let x = 0, y = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      x += numbers[i];
      y += numbers[i + 1];
      out.push([y * step, x * step]);
    }
    return out;
  }

  function shape(parts, style) {
    return L.polygon(parts.map(function (rings) { return rings.map(ring); }), style);
  }

  function card(title, names, values) {
    const box = element("div", undefined, "td-tip");
    box.append(element("b", title));
    const table = element("table");
    names.forEach(function (name, i) {
      if (values[i] === "") { return; }
      const row = element("tr");
      row.append(element("th", name), element("td", values[i]));
      table.append(row);
    });
    box.append(table);
    return box;
  }

  function pane(name, level, quiet) {
    map.createPane(name).style.zIndex = level;
    if (quiet) { map.getPane(name).style.pointerEvents = "none"; }
    return name;
  }

  // --------------------------------------------------------------- what lies around
  const ground = { pane: pane("ground", 210, true), interactive: false, stroke: false, fillOpacity: 1 };
  data.land.forEach(function (parts) {
    shape(parts, Object.assign({}, ground, { fillColor: data.colours.land })).addTo(map);
  });
  data.lakes.forEach(function (parts) {
    shape(parts, Object.assign({}, ground, { fillColor: data.colours.water })).addTo(map);
  });

  // --------------------------------------------------------------- territories
  let by = 0;
  pane("territories", 410);
  pane("units", 420);
  pane("names", 640, true);
  const territories = data.territories.map(function (t) {
    const found = shape(t.shape, {
      pane: "territories", color: data.colours.line, weight: 1.6, fillColor: t.fills[0],
      fillOpacity: 1, smoothFactor: 0
    });
    found.bindTooltip(function () { return card(t.name, data.figures, t.values); }, { sticky: true });
    found.on("mouseover", function () { found.setStyle({ weight: 3 }); found.bringToFront(); });
    found.on("mouseout", function () { found.setStyle({ weight: 1.6 }); });
    found.addTo(layers.territories);
    return found;
  });
  data.unassigned.forEach(function (parts) {
    shape(parts, {
      pane: "territories", color: data.colours.hatch, weight: 0.8, dashArray: "3 3",
      fillColor: data.colours.paper, fillOpacity: 1, smoothFactor: 0
    }).bindTooltip(data.words.unassigned, { sticky: true }).addTo(layers.territories);
  });

  // --------------------------------------------------------------- names, without overlaps
  const labels = data.territories.map(function (t) {
    const text = element("span", t.name);
    text.append(element("small", t.deviation, t.tone));
    const icon = L.divIcon({ className: "td-name", html: text, iconSize: [0, 0] });
    L.marker([t.at[1], t.at[0]], { icon: icon, pane: "names", interactive: false, keyboard: false })
      .addTo(layers.names);
    return text;
  });
  const order = data.territories.map(function (t, i) { return i; });
  order.sort(function (a, b) { return data.territories[b].area - data.territories[a].area; });

  function tidy() {
    const taken = [];
    order.forEach(function (i) {
      labels[i].style.visibility = "";
      const box = labels[i].getBoundingClientRect();
      const meets = taken.some(function (other) {
        return box.left < other.right && box.right > other.left &&
               box.top < other.bottom && box.bottom > other.top;
      });
      if (meets) { labels[i].style.visibility = "hidden"; } else if (box.width) { taken.push(box); }
    });
  }
  map.on("zoomend layeradd resize", tidy);

  // --------------------------------------------------------------- areas
  if (layers.units) {
    data.units.forEach(function (unit) {
      shape(unit.shape, {
        pane: "units", color: data.colours.line, weight: 0.5, opacity: 0.6, fillOpacity: 0,
        smoothFactor: 0
      }).bindTooltip(function () {
        return card(unit.name, data.unitFigures, unit.values);
      }, { sticky: true }).addTo(layers.units);
    });
  }

  // --------------------------------------------------------------- accounts
  if (layers.accounts) {
    layers.accounts.options.iconCreateFunction = function (cluster) {
      const n = cluster.getChildCount();
      const count = element("div", String(n));
      const side = 20 + 4 * Math.floor(Math.log10(n) * 2);
      count.style.height = count.style.width = side + "px";
      count.style.lineHeight = side - 2 + "px";
      count.style.borderRadius = side / 2 + "px";
      return L.divIcon({ html: count, className: "td-cluster", iconSize: [side, side] });
    };
    layers.accounts.addLayers(data.accounts.map(function (a) {
      const dot = L.circleMarker([a[1] * step, a[0] * step], {
        radius: 5, color: "#FFFFFF", weight: 1, fillColor: data.colours.account, fillOpacity: 0.9
      });
      dot.bindTooltip(function () { return card(a[2], data.accountFigures, a.slice(3)); });
      return dot;
    }));
  }

  // --------------------------------------------------------------- legend
  const legend = L.control({ position: "bottomright" });
  legend.onAdd = function () {
    const box = element("div", undefined, "td-box");
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    const label = element("label", data.words.colourBy);
    const choice = element("select");
    data.words.colourings.forEach(function (word) { choice.append(element("option", word)); });
    label.append(choice);
    const rows = element("div");
    choice.addEventListener("change", function () {
      by = choice.selectedIndex;
      territories.forEach(function (t, i) { t.setStyle({ fillColor: data.territories[i].fills[by] }); });
      fill();
    });
    function entry(colour, text) {
      const row = element("div", undefined, "td-row");
      const swatch = element("i");
      if (colour) { swatch.style.background = colour; } else { swatch.className = "td-dot"; }
      row.append(swatch, element("span", text));
      rows.append(row);
    }
    function fill() {
      rows.replaceChildren();
      if (by === 1) {
        data.classes.forEach(function (c) { entry(c[0], c[1]); });
      } else {
        data.territories.forEach(function (t, i) {
          const row = element("button");
          const swatch = element("i");
          swatch.style.background = t.fills[0];
          row.append(swatch, element("span", t.name), element("em", t.deviation, t.tone));
          row.addEventListener("click", function () { map.fitBounds(territories[i].getBounds()); });
          rows.append(row);
        });
      }
      if (data.unassigned.length) { entry(data.colours.paper, data.words.unassigned); }
      if (layers.accounts) { entry("", data.words.accounts); }
    }
    if (data.words.colourings.length > 1) { box.append(label); }
    box.append(rows);
    fill();
    return box;
  };
  legend.addTo(map);

  map.attributionControl.setPrefix(false);
  const credits = element("span", data.credits);
  map.attributionControl.getContainer().append(credits);
  const beside = map.getSize().x > 900 ? 240 : 16;  // room for the legend
  map.fitBounds([[data.bounds[1], data.bounds[0]], [data.bounds[3], data.bounds[2]]], {
    paddingTopLeft: [16, 16], paddingBottomRight: [beside, 16]
  });
  tidy();
}
