// The page Now: plays the last landed window back. What is drawn is a function of the moment `at` alone,
// in virtual seconds since the window's beginning; a frame computes it and draws it.
"use strict";

(() => {
  const STAGES = ["queue", "cook", "wait", "drive", "done", "lost"];
  // What things are called here (vocabulary.csv of the business).
  const words = document.querySelector(".kitchens")?.dataset ?? {};
  const NAMES = {
    queue: `waiting for the ${words.kitchen}`, cook: words.cooking, wait: `packed, waiting for a ${words.courier}`,
    drive: "on the way", done: "delivered", lost: "cancelled",
  };
  // Shapes as well as colours tell stages apart. Around (0, 0), 12 wide.
  const SHAPES = {
    queue: "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z", cook: "M-5-5H5V5H-5Z", wait: "M0-6.5 6.5 0 0 6.5-6.5 0Z",
    drive: "M0-7.5 5.5 6.5 0 3.5-5.5 6.5Z", done: "M-5.5.5-1.5 4.5 5.5-4.5", lost: "M-5-5 5 5M-5 5 5-5",
  };
  // What a courier does at the window's end, which tables do not say.
  const DOING = { waiting: "waiting", driving: "driving", handing_over: "at a door", returning: "driving back" };
  const EQUIPMENT = { workstation: "workstations", oven: "ovens", stove: "stoves" };
  const IS_LINE = { queue: true, done: true, lost: true };
  const PLAY = "M4 2.5 13 8 4 13.5Z";
  const PAUSE = "M4 3H7V13H4ZM9 3H12V13H9Z";
  const MILES_A_DEGREE = 69.05;
  const FRAME_MILLISECONDS = 30; // thirty frames a second are smooth, at half the work of sixty
  const FIGURES_MILLISECONDS = 250;
  const LIST_MILLISECONDS = 5000;
  const LINES_A_FRAME = 1000;
  const HEADINGS = 64;
  const TRAIL_SECONDS = 300;
  const NEW_SECONDS = 180;
  const FADING_SECONDS = 1800;
  const REACH_PIXELS = 16;
  const RETRY_MILLISECONDS = 5000;
  const money = (decimals) => {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const number = new Intl.NumberFormat("en-US", digits);
    return { format: (value) => `${document.body.dataset.currency}${number.format(value)}` };
  };
  const dollars = money(0);
  const cents = money(2);
  const whole = new Intl.NumberFormat("en-US");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const byId = (id) => document.getElementById(id);

  if (byId("missing")) {
    document.addEventListener("build", () => location.reload());
    return;
  }

  const paths = Object.fromEntries(STAGES.map((stage) => [stage, new Path2D(SHAPES[stage])]));
  const ring = new Path2D("M4.5 0A4.5 4.5 0 1 1-4.5 0A4.5 4.5 0 1 1 4.5 0Z");
  const colours = {};
  let now = null; // the answer of /api/now that is played
  let newer = null; // one that came while somebody looked at another moment
  let fromMilliseconds = 0;
  let span = 0;
  let at = 0;
  let playing = false;
  let following = true; // the newest window as it comes; not after somebody has chosen a moment
  let anchor = { real: 0, at: 0 };
  let requested = false;
  let drawnReal = 0;
  let figuresReal = 0;
  let listReal = 0;
  let chosen = null; // order that the keyboard, a finger or the mouse points at
  const undrawn = new Set(); // cities whose streets are not all drawn
  let laying = false;
  let loading = null;
  let isStale = false;
  let retry = null;

  const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  // ------------------------------------------------------------------ time

  const momentOf = (seconds) => new Date(fromMilliseconds + seconds * 1000);
  const clock = (date, seconds = false) => date.toISOString().slice(11, seconds ? 19 : 16);
  const dayName = (date) => new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric", timeZone: "UTC" }).format(date);

  function setAnchor() {
    anchor = { real: performance.now(), at };
  }

  function advance(real) {
    if (!playing) return;
    at = anchor.at + ((real - anchor.real) / 1000) * now.played.speed;
    if (still.matches) at = Math.floor(at / now.played.speed) * now.played.speed;
    at = Math.max(0, at);
    if (at >= span) end();
  }

  function end() {
    at = span;
    playing = false;
    following = true;
    if (newer) {
      begin(newer);
      return;
    }
    say(`The window has been played to its end, ${clock(momentOf(span))}.`);
    showControls();
    load(); // whether the replay was paused meanwhile
  }

  // ------------------------------------------------------------------ what is known

  const project = (kitchen, lat, lon) => [
    (lon - kitchen.lon) * Math.cos((kitchen.lat * Math.PI) / 180) * MILES_A_DEGREE,
    (kitchen.lat - lat) * MILES_A_DEGREE,
  ];

  function stageAt(order, moment) {
    if (order.cancelled !== null && order.cancelled <= moment) return "lost";
    if (order.delivered !== null && order.delivered <= moment) return "done";
    if (order.picked_up !== null && order.picked_up <= moment) return "drive";
    if (order.finished !== null && order.finished <= moment) return "wait";
    if (order.started !== null && order.started <= moment) return "cook";
    return order.created <= moment ? "queue" : null;
  }

  function worldOf(world, id) {
    const here = (rows) => rows.filter((row) => row.location_id === id);
    return {
      couriers: here(world.couriers),
      offShift: world.off_shift[id] ?? 0,
      equipment: here(world.equipment),
      people: here(world.population)[0],
    };
  }

  const endOf = (order) => order.cancelled ?? order.delivered;

  // Where a courier is at a moment: between two fixes on the straight line.
  function placeAt(trip, moment) {
    const { times, xs, ys } = trip;
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= moment) low = middle;
      else high = middle - 1;
    }
    const next = Math.min(low + 1, times.length - 1);
    const length = times[next] - times[low];
    const share = length > 0 ? Math.min(Math.max((moment - times[low]) / length, 0), 1) : 0;
    const x = xs[low] + (xs[next] - xs[low]) * share;
    const y = ys[low] + (ys[next] - ys[low]) * share;
    // At a door fixes wander by metres: the heading is that of the last real move.
    let from = low;
    let to = next;
    while (from > 0 && Math.hypot(xs[to] - xs[from], ys[to] - ys[from]) < 0.03) {
      to = from;
      from -= 1;
    }
    return { x, y, heading: Math.atan2(xs[to] - xs[from], ys[from] - ys[to]), index: low };
  }

  const isDriving = (trip, moment) => trip.picked_up !== null && trip.picked_up <= moment && moment < trip.ends;
  const isWaiting = (trip, moment) => trip.times[0] <= moment && moment <= trip.ends
    && (trip.picked_up === null || moment < trip.picked_up);

  // ------------------------------------------------------------------ the cities

  // Draws a mark around (0, 0): a stage, the door that a courier drives to, or a courier.
  function paint(context, name) {
    if (name === "courier" || name === "resting") {
      context.lineWidth = 2.5;
      context.strokeStyle = name === "courier" ? colours.ground : colours.courier;
      context.stroke(paths.drive);
      context.fillStyle = name === "courier" ? colours.courier : colours.ground;
      context.fill(paths.drive);
    } else if (name === "door" || IS_LINE[name]) {
      context.lineWidth = 2.2;
      context.strokeStyle = colours[name === "door" ? "drive" : name];
      context.stroke(name === "door" ? ring : paths[name]);
    } else {
      context.fillStyle = colours[name];
      context.fill(paths[name]);
    }
  }

  class City {
    constructor(article) {
      this.article = article;
      this.id = Number(article.dataset.location);
      this.frame = article.querySelector(".city");
      this.streets = article.querySelector("canvas.streets");
      this.moving = article.querySelector("canvas.moving");
      this.tip = article.querySelector(".tip");
      this.lines = null;
      this.streetsFrom = null;
      this.visible = true;
      this.pointer = null;
      this.size = 0;
      this.undrawn = 0;
      this.kitchen = null;
      this.orders = [];
      this.trips = [];
      this.world = null;
      this.returning = [];
      this.sprites = new Map();
    }

    take(kitchen, answer) {
      this.kitchen = kitchen;
      this.orders = answer.orders.filter((order) => order.location_id === this.id);
      for (const order of this.orders) {
        const known = order.lat !== null && order.lon !== null;
        [order.x, order.y] = known ? project(kitchen, order.lat, order.lon) : [null, null];
      }
      const orders = new Map(this.orders.map((order) => [order.order_id, order]));
      this.trips = answer.trips.filter((trip) => trip.location_id === this.id);
      for (const trip of this.trips) {
        const points = trip.points.map(([seconds, lat, lon]) => [seconds, ...project(kitchen, lat, lon)]);
        trip.times = points.map((point) => point[0]);
        trip.xs = points.map((point) => point[1]);
        trip.ys = points.map((point) => point[2]);
        trip.orders = trip.order_ids.map((id) => orders.get(id)).filter(Boolean);
        for (const order of trip.orders) order.trip = trip;
      }
      this.world = answer.world && worldOf(answer.world, this.id);
      this.returning = (this.world?.couriers ?? []).filter((courier) => courier.state === "returning")
        .map((courier) => {
          const [x, y] = project(kitchen, courier.lat, courier.lon);
          return { x, y, heading: Math.atan2(-x, y) }; // towards the kitchen
        });
      this.showWorld();
      if (kitchen.streets && kitchen.streets !== this.streetsFrom) this.fetchStreets(kitchen);
    }

    // What no table says, of the window's end: it does not change while the window is played.
    showWorld() {
      const section = this.article.querySelector(".world");
      section.hidden = !this.world;
      if (!this.world) return;
      const { couriers, offShift, equipment, people } = this.world;
      const doing = Object.entries(DOING).map(([state, name]) => `${couriers.filter((courier) => courier.state === state).length} ${name}`);
      const busy = equipment.filter((each) => EQUIPMENT[each.kind])
        .map((each) => `${each.busy} of ${each.number} ${EQUIPMENT[each.kind]}${each.orders_waiting ? ` (${each.orders_waiting} waiting)` : ""}`);
      setText(section.querySelector(".world-at"), `At the window's end, ${clock(momentOf(span))}`);
      setText(section.querySelector("[data-world=couriers]"), `${doing.join(", ")}, ${offShift} off shift`);
      setText(section.querySelector("[data-world=equipment]"), busy.join(", "));
      setText(section.querySelector("[data-world=people]"), people
        ? `${whole.format(people.with_open_order)} waiting; ${whole.format(people.ordered_last_day)} ordered in a day, `
          + `${whole.format(people.ordered_last_7_days)} in a week, ${whole.format(people.ordered_last_28_days)} in four, `
          + `${whole.format(people.customers)} so far, of ${whole.format(people.people)}`
        : "");
    }

    async fetchStreets(kitchen) {
      this.streetsFrom = kitchen.streets;
      try {
        const response = await fetch(kitchen.streets);
        if (!response.ok) throw new Error(response.statusText);
        const { lat, lon, unit, lines } = await response.json();
        const across = Math.cos((lat * Math.PI) / 180) * MILES_A_DEGREE * unit;
        const up = MILES_A_DEGREE * unit;
        const east = project(kitchen, lat, lon);
        this.lines = lines.map((numbers) => {
          const line = new Float32Array(numbers.length);
          let x = 0;
          let y = 0;
          for (let index = 0; index < numbers.length; index += 2) {
            x += numbers[index];
            y += numbers[index + 1];
            line[index] = east[0] + x * across;
            line[index + 1] = east[1] - y * up;
          }
          return line;
        });
        this.drawStreets();
      } catch {
        this.streetsFrom = null; // asked for again with the next window
      }
    }

    resize() {
      const size = Math.floor(this.frame.clientWidth);
      if (!size || !this.kitchen) return;
      this.size = size;
      this.ratio = Math.min(window.devicePixelRatio || 1, 2);
      this.scale = size / (2 * this.kitchen.radius_mi * 1.03);
      for (const canvas of [this.streets, this.moving]) {
        const wanted = Math.round(size * this.ratio);
        if (canvas.width !== wanted) canvas.width = canvas.height = wanted;
        // Whole pixels: else every frame is scaled.
        canvas.style.width = canvas.style.height = `${size}px`;
      }
      this.drawStreets();
      requestFrame();
    }

    drawStreets() {
      if (!this.size || !this.kitchen) return;
      const context = this.streets.getContext("2d");
      const half = this.size / 2;
      this.sprites.clear(); // other colours, or another size
      context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      context.clearRect(0, 0, this.size, this.size);
      context.beginPath();
      context.arc(half, half, this.kitchen.radius_mi * this.scale, 0, 2 * Math.PI);
      context.fillStyle = colours.ground;
      context.fill();
      this.undrawn = 0;
      undrawn.delete(this);
      if (this.lines) undrawn.add(this);
      layStreets();
    }

    // Draws some of the lines that are not drawn yet, and says whether there are more.
    drawLines() {
      const context = this.streets.getContext("2d");
      const { lines, scale, size } = this;
      const half = size / 2;
      context.strokeStyle = colours.street;
      context.lineWidth = 0.6;
      context.beginPath();
      for (const until = Math.min(this.undrawn + LINES_A_FRAME, lines.length); this.undrawn < until; this.undrawn += 1) {
        const line = lines[this.undrawn];
        context.moveTo(half + line[0] * scale, half + line[1] * scale);
        for (let index = 2; index < line.length; index += 2) {
          context.lineTo(half + line[index] * scale, half + line[index + 1] * scale);
        }
      }
      context.stroke();
      return this.undrawn < lines.length;
    }

    draw() {
      if (!this.visible || !this.size) return;
      const context = this.moving.getContext("2d");
      const { ratio, scale, size } = this;
      const half = size / 2;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, size, size);
      const stamp = (name, place, large, heading) => {
        const { canvas, side } = this.sprite(name, large, heading);
        context.drawImage(canvas, half + place.x * scale - side / 2, half + place.y * scale - side / 2, side, side);
      };
      context.fillStyle = colours.done;
      for (const order of this.orders) {
        if (order.x === null) continue;
        const stage = stageAt(order, at);
        if (stage === null) continue;
        if (stage === "done" || stage === "lost") {
          const age = at - endOf(order);
          const isNew = age < NEW_SECONDS;
          context.globalAlpha = isNew ? 1 : Math.max(0.35, 1 - age / FADING_SECONDS);
          // What was delivered a while ago is a dot: where the window's orders went.
          if (isNew || stage === "lost") stamp(stage, order, isNew ? 1 : 0.5);
          else context.fillRect(half + order.x * scale - 1.6, half + order.y * scale - 1.6, 3.2, 3.2);
          context.globalAlpha = 1;
        } else if (stage === "drive") stamp("door", order, 0.9);
        else stamp(stage, order, 0.8);
      }
      const driving = this.trips.filter((trip) => isDriving(trip, at)).map((trip) => ({ trip, place: placeAt(trip, at) }));
      this.drawTrails(context, half, driving);
      if (at >= span) for (const place of this.returning) stamp("resting", place, 1, place.heading);
      this.drawKitchen(context, half, stamp);
      for (const { place } of driving) stamp("courier", place, 1.25, place.heading);
      this.drawChosen(context, half);
    }

    // A mark as a small picture: without a GPU it is drawn many times faster than as a shape.
    sprite(name, large, heading = 0) {
      const turn = Math.round((heading / (2 * Math.PI)) * HEADINGS + HEADINGS) % HEADINGS;
      const key = `${name} ${large} ${turn}`;
      let sprite = this.sprites.get(key);
      if (!sprite) {
        const grow = large * Math.max(0.8, Math.min(this.size / 380, 1.15));
        const side = Math.ceil(20 * grow);
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = Math.round(side * this.ratio);
        const context = canvas.getContext("2d");
        const scale = grow * this.ratio;
        context.setTransform(scale, 0, 0, scale, canvas.width / 2, canvas.height / 2);
        context.rotate((turn / HEADINGS) * 2 * Math.PI);
        context.lineJoin = "round";
        paint(context, name);
        sprite = { canvas, side };
        this.sprites.set(key, sprite);
      }
      return sprite;
    }

    drawTrails(context, half, driving) {
      const { scale } = this;
      context.strokeStyle = colours.courier;
      context.lineJoin = "bevel";
      context.beginPath();
      for (const { trip, place: here } of driving) {
        const start = placeAt(trip, Math.max(at - TRAIL_SECONDS, trip.picked_up));
        context.moveTo(half + start.x * scale, half + start.y * scale);
        for (let index = start.index + 1; index <= here.index; index += 1) {
          context.lineTo(half + trip.xs[index] * scale, half + trip.ys[index] * scale);
        }
        context.lineTo(half + here.x * scale, half + here.y * scale);
      }
      context.globalAlpha = 0.5;
      context.lineWidth = 2;
      context.stroke();
      context.globalAlpha = 1;
    }

    // The kitchen, and around it the couriers who wait there.
    drawKitchen(context, half, stamp) {
      // At the window's end it is known who waits for work, too.
      const waiting = at >= span && this.world
        ? this.world.couriers.filter((courier) => courier.state === "waiting").length
        : this.trips.filter((trip) => isWaiting(trip, at)).length;
      for (let number = 0; number < waiting; number += 1) {
        const angle = (number * 2 * Math.PI) / Math.max(8, waiting) - Math.PI / 2;
        const away = 15 / this.scale;
        stamp("resting", { x: Math.cos(angle) * away, y: Math.sin(angle) * away }, 0.6, angle - Math.PI / 2);
      }
      context.beginPath();
      context.rect(half - 5, half - 5, 10, 10);
      context.fillStyle = colours.text;
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = colours.ground;
      context.stroke();
    }

    drawChosen(context, half) {
      const place = this.placeOf(chosen);
      if (!place) return;
      const { scale } = this;
      const { trip } = chosen;
      context.strokeStyle = colours.text;
      context.lineWidth = 1.5;
      if (trip && trip.times[0] <= at) {
        context.beginPath();
        context.setLineDash([4, 4]);
        trip.xs.forEach((x, index) => {
          if (trip.times[index] <= at) context.lineTo(half + x * scale, half + trip.ys[index] * scale);
        });
        context.lineTo(half + place.x * scale, half + place.y * scale);
        context.stroke();
        context.setLineDash([]);
      }
      context.lineWidth = 2;
      context.beginPath();
      context.arc(half + place.x * scale, half + place.y * scale, 11, 0, 2 * Math.PI);
      context.stroke();
    }

    // Where an order is drawn: with its courier while it is on the way.
    placeOf(order) {
      if (!order || !this.kitchen || order.location_id !== this.id) return null;
      const stage = stageAt(order, at);
      if (stage === null) return null;
      if (stage === "drive" && order.trip && isDriving(order.trip, at)) return placeAt(order.trip, at);
      return order.x === null ? null : order;
    }

    // The order at a point of the map; couriers come first.
    find(x, y) {
      const half = this.size / 2;
      let found = null;
      let nearest = REACH_PIXELS;
      const consider = (place, order, favour) => {
        const away = Math.hypot(half + place.x * this.scale - x, half + place.y * this.scale - y) - favour;
        if (away < nearest) [nearest, found] = [away, order];
      };
      for (const trip of this.trips) {
        if (!isDriving(trip, at)) continue;
        const order = trip.orders.find((each) => stageAt(each, at) === "drive") || trip.orders[0];
        if (order) consider(placeAt(trip, at), order, 6);
      }
      for (const order of this.orders) {
        if (order.x !== null && stageAt(order, at) !== null) consider(order, order, 0);
      }
      return found;
    }

    showTip() {
      const place = this.placeOf(chosen);
      this.tip.hidden = !place;
      if (!place) return;
      const text = describe(chosen);
      if (this.tip.dataset.text !== text) {
        this.tip.dataset.text = text;
        const link = document.createElement("a");
        link.href = storyOf(chosen);
        link.textContent = chosen.order_id;
        link.tabIndex = -1; // Enter on the map opens it
        this.tip.replaceChildren("Order ", link, `, ${text}`);
      }
      const half = this.size / 2;
      const x = half + place.x * this.scale;
      const y = half + place.y * this.scale;
      const width = this.tip.offsetWidth;
      const height = this.tip.offsetHeight;
      const left = Math.max(0, Math.min(x - width / 2, this.size - width));
      const top = y > height + 18 ? y - height - 16 : y + 16;
      this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }
  }

  // Some lines in each frame, so that nothing stutters while cities are drawn.
  function layStreets() {
    if (laying) return;
    laying = true;
    requestAnimationFrame(() => {
      laying = false;
      const [city] = undrawn;
      if (city && !city.drawLines()) undrawn.delete(city);
      if (undrawn.size) layStreets();
      // For whoever takes pictures of the page.
      else if (cities.every((each) => each.lines)) document.documentElement.dataset.streets = "drawn";
    });
  }

  const cities = [...document.querySelectorAll(".kitchen")].map((article) => new City(article));
  const storyOf = (order) => `/orders/${encodeURIComponent(order.order_id)}`;

  function describe(order) {
    const stage = stageAt(order, at);
    const minutes = Math.max(0, Math.round((Math.min(endOf(order) ?? at, at) - order.created) / 60));
    const value = order.cents === null ? "" : `, ${cents.format(order.cents / 100)}`;
    const courier = stage === "drive" && order.driver_id ? `, ${words.courier} ${order.driver_id}` : "";
    return `${NAMES[stage] ?? "not yet placed"}, ${minutes} min since it was placed${value}${courier}`;
  }

  // ------------------------------------------------------------------ figures

  function dayAt(kitchen) {
    const day = momentOf(at).toISOString().slice(0, 10);
    const found = kitchen.days.find((each) => each.day === day) || kitchen.days.at(-1);
    const minutes = (fromMilliseconds + at * 1000 - Date.parse(`${found.day}T00:00:00Z`)) / 60000;
    const step = Math.max(0, Math.min(Math.floor(minutes / found.step_minutes), found.orders.length - 1));
    return { day: found, step };
  }

  // `▲ 8 %`: more than at the same time a week before; nothing where there was no such day.
  function showChange(element, value, before, whatBefore) {
    if (!before) {
      setText(element, "");
      return;
    }
    const percent = Math.round((value / before - 1) * 100);
    const sign = percent > 0 ? "▲" : percent < 0 ? "▼" : "";
    setText(element, `${sign} ${Math.abs(percent)} %`.trim());
    element.dataset.direction = percent > 0 ? "up" : percent < 0 ? "down" : "same";
    element.title = whatBefore;
  }

  const untilOf = ({ day, step }) => `until ${clock(new Date(Date.parse(`${day.day}T00:00:00Z`) + step * day.step_minutes * 60000))}`;

  function showToday(city) {
    const found = dayAt(city.kitchen);
    const { day, step } = found;
    const key = `${day.day} ${step}`;
    if (city.shownStep === key && city.shownDays === city.kitchen.days) return found;
    city.shownStep = key;
    city.shownDays = city.kitchen.days;
    const { article } = city;
    const before = dayName(new Date(`${day.day_before}T00:00:00Z`));
    const hasBefore = day.orders_before.at(-1) > 0;
    setText(article.querySelector(".until"), `Today ${untilOf(found)}`);
    setText(article.querySelector("[data-today=orders]"), whole.format(day.orders[step]));
    setText(article.querySelector("[data-today=revenue]"), dollars.format(day.cents[step] / 100));
    showChange(article.querySelector("[data-change=orders]"), day.orders[step], day.orders_before[step], `${before}: ${day.orders_before[step]}`);
    showChange(article.querySelector("[data-change=revenue]"), day.cents[step], day.cents_before[step], `${before}: ${dollars.format(day.cents_before[step] / 100)}`);
    setText(article.querySelector(".compared"), hasBefore
      ? `${before}: ${whole.format(day.orders_before[step])}, ${dollars.format(day.cents_before[step] / 100)} (dashed)`
      : `No orders on ${before} to compare with`);
    const top = Math.max(day.orders.at(-1), day.orders_before.at(-1), 1);
    const line = (values, until) => values.slice(0, until + 1).map((value, index) => `${index ? "L" : "M"}${index} ${(58 - (value / top) * 54).toFixed(1)}`).join("");
    const steps = day.orders.length - 1;
    const stretch = 288 / steps;
    const [beforePath, soFarPath, here] = article.querySelectorAll(".spark > *");
    beforePath.setAttribute("d", hasBefore ? line(day.orders_before, steps) : "");
    soFarPath.setAttribute("d", line(day.orders, step));
    for (const path of [beforePath, soFarPath]) path.setAttribute("transform", `scale(${stretch} 1)`);
    here.setAttribute("x1", step * stretch);
    here.setAttribute("x2", step * stretch);
    return found;
  }

  function showPositions(city, busy) {
    const { stations } = city.kitchen;
    const pips = city.article.querySelector(".pips");
    if (pips.childElementCount !== stations) {
      pips.replaceChildren(...Array.from({ length: stations }, () => document.createElement("i")));
    }
    [...pips.children].forEach((pip, index) => pip.classList.toggle("on", index < busy));
    setText(city.article.querySelector(".busy"), `${busy} of ${stations} ${words.positions} busy`);
  }

  function showFigures() {
    const sums = { orders: 0, ordersBefore: 0, cents: 0, centsBefore: 0, open: 0, couriers: 0 };
    let until = "";
    let before = "";
    for (const city of cities) {
      if (!city.kitchen) continue;
      const counts = Object.fromEntries(STAGES.map((stage) => [stage, 0]));
      for (const order of city.orders) {
        const stage = stageAt(order, at);
        if (stage !== null && !((stage === "done" || stage === "lost") && endOf(order) < 0)) counts[stage] += 1;
      }
      for (const stage of STAGES) {
        setText(city.article.querySelector(`[data-stage=${stage}]`), whole.format(counts[stage]));
      }
      showPositions(city, counts.cook);
      const { day, step } = showToday(city);
      until = untilOf({ day, step });
      before = dayName(new Date(`${day.day_before}T00:00:00Z`));
      sums.orders += day.orders[step];
      sums.ordersBefore += day.orders_before[step];
      sums.cents += day.cents[step];
      sums.centsBefore += day.cents_before[step];
      sums.open += counts.queue + counts.cook + counts.wait + counts.drive;
      sums.couriers += city.trips.filter((trip) => isDriving(trip, at)).length;
      if (chosen && chosen.location_id === city.id) city.showTip();
    }
    for (const element of document.querySelectorAll(".totals .until")) setText(element, until);
    setText(byId("orders"), whole.format(sums.orders));
    setText(byId("revenue"), dollars.format(sums.cents / 100));
    setText(byId("open"), whole.format(sums.open));
    setText(byId("couriers"), whole.format(sums.couriers));
    const same = `at the same time on ${before}`;
    showChange(byId("orders-change"), sums.orders, sums.ordersBefore, `${whole.format(sums.ordersBefore)} ${same}`);
    showChange(byId("revenue-change"), sums.cents, sums.centsBefore, `${dollars.format(sums.centsBefore / 100)} ${same}`);
    const moment = momentOf(at);
    setText(byId("day"), dayName(moment));
    setText(byId("time"), clock(moment, true));
    const slider = byId("moment");
    if (document.activeElement !== slider || !playing) showSlider();
    else slider.value = Math.round(at);
  }

  function showSlider() {
    const slider = byId("moment");
    slider.value = Math.round(at);
    slider.setAttribute("aria-valuetext", clock(momentOf(at)));
  }

  // ------------------------------------------------------------------ the table

  const details = document.querySelector("details.list");

  function cell(name, text, link) {
    const element = document.createElement(name);
    if (name === "th") element.scope = "row";
    if (link) {
      const anchorElement = document.createElement("a");
      anchorElement.href = link;
      anchorElement.textContent = text;
      element.append(anchorElement);
    } else element.textContent = text;
    return element;
  }

  // Rows stay the same elements, so that a reader keeps its place.
  function fill(table, rows) {
    const body = table.tBodies[0];
    const there = new Map([...body.rows].map((row) => [row.dataset.key, row]));
    for (const [key, cells] of rows) {
      let row = there.get(key);
      if (row) there.delete(key);
      else {
        row = document.createElement("tr");
        row.dataset.key = key;
        row.append(...cells.map(([text, links], index) => {
          const element = cell(index ? "td" : "th", links ? "" : text, index ? null : links);
          if (index === 0 && links) element.replaceChildren(...cell("th", text, links).childNodes);
          return element;
        }));
        body.append(row);
      }
      cells.forEach(([text, links], index) => {
        const element = row.cells[index];
        if (index && Array.isArray(links)) {
          if (element.dataset.links !== links.join()) {
            element.dataset.links = links.join();
            element.replaceChildren(...links.flatMap((id, number) => [number ? ", " : "", ...cell("td", id, `/orders/${encodeURIComponent(id)}`).childNodes]));
          }
        } else if (index) setText(element, text);
      });
    }
    for (const row of there.values()) row.remove();
  }

  function showList() {
    if (!details.open) return;
    const couriers = [];
    const orders = [];
    for (const city of cities) {
      if (!city.kitchen) continue;
      for (const trip of city.trips) {
        const driving = isDriving(trip, at);
        if (!driving && !isWaiting(trip, at)) continue;
        const carried = trip.orders.filter((order) => !driving || stageAt(order, at) === "drive");
        if (!carried.length) continue;
        const doing = driving ? "on the way" : "waits at the " + words.kitchen;
        couriers.push([`${trip.driver_id} ${trip.order_ids[0]}`, [[trip.driver_id ?? "unknown"], [city.kitchen.name], [doing], ["", carried.map((order) => order.order_id)]]]);
      }
      for (const order of city.orders) {
        const stage = stageAt(order, at);
        if (stage === null || stage === "done" || stage === "lost") continue;
        const minutes = Math.max(0, Math.round((at - order.created) / 60));
        orders.push([order.order_id, [[order.order_id, storyOf(order)], [city.kitchen.name], [NAMES[stage]], [String(minutes)]]]);
      }
    }
    fill(byId("courier-table"), couriers);
    fill(byId("order-table"), orders);
    for (const row of byId("order-table").tBodies[0].rows) row.cells[3].className = "number";
    setText(byId("list-time"), clock(momentOf(at)));
    const { world } = now;
    byId("world-list").hidden = !world;
    if (!world) return;
    const names = new Map(cities.map((city) => [city.id, city.kitchen?.name]));
    fill(byId("world-table"), world.couriers.filter((courier) => names.get(courier.location_id)).map((courier) => [
      courier.driver_id, [[courier.driver_id], [names.get(courier.location_id)], [DOING[courier.state]], ["", courier.order_ids]],
    ]));
    setText(byId("world-time"), clock(momentOf(span)));
  }

  // ------------------------------------------------------------------ frames

  function requestFrame() {
    if (requested) return;
    requested = true;
    requestAnimationFrame(frame);
  }

  function frame(real) {
    requested = false;
    if (!now) return;
    if (playing && real - drawnReal < FRAME_MILLISECONDS - 4) {
      requestFrame();
      return;
    }
    drawnReal = real;
    advance(real);
    for (const city of cities) city.draw();
    if (!playing || real - figuresReal >= FIGURES_MILLISECONDS) {
      figuresReal = real;
      for (const city of cities) if (city.pointer) point(city);
      showFigures();
    }
    if (!playing || real - listReal >= LIST_MILLISECONDS) {
      listReal = real;
      showList();
    }
    if (playing) requestFrame();
  }

  // ------------------------------------------------------------------ controls

  const say = (text) => setText(byId("said"), text);

  function about() {
    const { played } = now;
    const bounds = `${clock(momentOf(0))} to ${clock(momentOf(span))}`;
    const whole_ = played.window_from_ts !== null && Date.parse(played.window_from_ts) >= fromMilliseconds - 1000;
    const what = played.window_from_ts === null ? "the end of the tables" : whole_ ? "the last landed window" : "the end of the last landed window";
    const slower = played.replay_speed !== null && played.replay_speed > played.speed ? ` (the replay runs at ${whole.format(played.replay_speed)})` : "";
    const speed = `at ${whole.format(Math.round(played.speed * 10) / 10)} times speed${slower}`;
    if (playing) return `Playing ${what}, ${bounds}, ${speed}.`;
    if (at < span) return `Stopped in ${what}, ${bounds}.`;
    if (still.matches) return `The end of ${what}, ${bounds}. Nothing moves by itself, as your browser asks.`;
    const why = played.is_paused ? "The replay is paused." : played.replay_speed === null ? "No replay is known here." : "The next has not come yet.";
    return `${what[0].toUpperCase()}${what.slice(1)}, ${bounds}, is over. ${why}`;
  }

  function showControls() {
    const text = playing ? "Pause" : at >= span ? "Play it again" : "Play";
    setText(byId("play-text"), text);
    byId("play-icon").setAttribute("d", playing ? PAUSE : PLAY);
    byId("newest").hidden = newer === null;
    setText(byId("about"), about());
  }

  function toggle() {
    if (!now) return;
    if (playing) {
      playing = false;
      following = false;
    } else {
      if (at >= span) at = 0;
      following = false;
      playing = true;
      setAnchor();
    }
    say("");
    showControls();
    requestFrame();
  }

  byId("play").addEventListener("click", toggle);
  byId("newest").addEventListener("click", () => {
    following = true;
    begin(newer);
    byId("play").focus();
  });
  byId("moment").addEventListener("input", (event) => {
    at = Number(event.target.value);
    following = false;
    setAnchor();
    showSlider();
    showControls();
    requestFrame();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("a, button, input, select, textarea, summary")) return;
    event.preventDefault();
    toggle();
  });
  details.addEventListener("toggle", () => { if (now) showList(); });

  // ------------------------------------------------------------------ pointing at orders

  function choose(order) {
    if (chosen === order) return;
    chosen = order;
    for (const city of cities) city.showTip();
    requestFrame();
  }

  function point(city) {
    const found = city.find(city.pointer.x, city.pointer.y);
    city.frame.classList.toggle("over", found !== null);
    choose(found);
  }

  function step(city, by) {
    const open = city.orders.filter((order) => !["done", "lost", null].includes(stageAt(order, at)) && city.placeOf(order));
    if (!open.length) {
      say(`No open order in ${city.kitchen.name}.`);
      return;
    }
    const index = open.indexOf(chosen);
    const next = index < 0 ? (by > 0 ? 0 : open.length - 1) : (index + by + open.length) % open.length;
    choose(open[next]);
    say(`Order ${open[next].order_id}, ${describe(open[next])}. Enter opens its story.`);
  }

  for (const city of cities) {
    const place = (event) => {
      const box = city.frame.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    city.frame.addEventListener("pointermove", (event) => {
      if (!now || event.pointerType === "touch" || event.target.closest(".tip")) return;
      city.pointer = place(event);
      point(city);
    });
    city.frame.addEventListener("pointerleave", () => {
      if (!city.pointer) return;
      city.pointer = null;
      choose(null);
    });
    city.frame.addEventListener("click", (event) => {
      if (!now || event.target.closest("a")) return;
      const found = city.find(place(event).x, place(event).y);
      // A finger cannot hover: it chooses, and opens by the link.
      if (found && event.pointerType !== "touch") location.assign(storyOf(found));
      else choose(found);
    });
    city.frame.addEventListener("keydown", (event) => {
      if (!now || event.ctrlKey || event.metaKey || event.altKey) return;
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (by) step(city, by);
      else if (event.key === "Enter" && chosen) location.assign(storyOf(chosen));
      else if (event.key === "Escape") choose(null);
      else return;
      event.preventDefault();
    });
    city.frame.addEventListener("blur", () => { if (!city.pointer) choose(null); });
  }

  // ------------------------------------------------------------------ windows

  function begin(answer) {
    // Another kitchen has opened: the page is made with a place for each.
    if (answer.kitchens.map((each) => each.location_id).join() !== cities.map((city) => city.id).join()) {
      location.reload();
      return;
    }
    newer = null;
    now = answer;
    fromMilliseconds = Date.parse(answer.played.from_ts);
    span = (Date.parse(answer.played.to_ts) - fromMilliseconds) / 1000;
    chosen = null;
    for (const city of cities) {
      const kitchen = answer.kitchens.find((each) => each.location_id === city.id);
      const first = city.kitchen === null;
      city.take(kitchen, answer);
      if (first) city.resize();
    }
    const slider = byId("moment");
    slider.max = Math.floor(span);
    slider.disabled = byId("play").disabled = false;
    // All who look see the same: the window began to play when it was published.
    const published = answer.published_ts === null ? -Infinity : Date.parse(answer.published_ts);
    const gone = ((answer.asked - published) / 1000) * answer.played.speed;
    at = Math.min(gone, span);
    playing = at < span && !still.matches;
    if (still.matches) at = span;
    setAnchor();
    if (answer.published_ts !== null) byId("age").dataset.ageOf = answer.published_ts;
    showControls();
    requestFrame();
  }

  async function load() {
    if (loading) {
      isStale = true; // a build came while another was read
      return;
    }
    clearTimeout(retry);
    loading = fetch("/api/now", { headers: { accept: "application/json" } });
    try {
      const response = await loading;
      if (!response.ok) throw new Error((await response.json()).detail);
      const answer = await response.json();
      answer.asked = Date.parse(answer.now_ts);
      if (now && answer.build === now.build && answer.played.from_ts === now.played.from_ts) {
        now.played = answer.played;
        showControls();
      } else if (!now || following) {
        if (now) say(`A new window is played, until ${answer.played.to_ts.slice(11, 16)}.`);
        begin(answer);
      } else {
        newer = answer;
        showControls();
      }
    } catch (error) {
      setText(byId("about"), `The last window cannot be read: ${error.message}`);
      retry = setTimeout(load, RETRY_MILLISECONDS);
    } finally {
      loading = null;
      if (isStale) {
        isStale = false;
        load();
      }
    }
  }

  function readColours() {
    const style = getComputedStyle(document.querySelector("main"));
    for (const name of [...STAGES, "street", "ground", "courier", "text"]) {
      colours[name] = style.getPropertyValue(`--${name}`).trim();
    }
  }

  readColours();
  for (const icon of document.querySelectorAll(".stages .icon")) {
    const stage = STAGES.find((each) => icon.classList.contains(each));
    icon.firstElementChild.setAttribute("d", SHAPES[stage]);
  }
  byId("play-icon").setAttribute("d", PLAY);
  dark.addEventListener("change", () => {
    readColours();
    for (const city of cities) city.drawStreets();
    requestFrame();
  });
  new ResizeObserver(() => { for (const city of cities) city.resize(); }).observe(document.querySelector(".kitchens"));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) cities.find((city) => city.frame === entry.target).visible = entry.isIntersecting;
    requestFrame();
  });
  for (const city of cities) seen.observe(city.frame);
  document.addEventListener("build", load);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) requestFrame(); });
  load();
})();
