// The page of `inkrender script`: arrow keys go from frame to frame and from scene to scene.
(() => {
  const read = id => JSON.parse(document.getElementById(id).textContent);
  const told = read("told"), names = read("names"), frames = told.frames;
  const strip = document.querySelector(".strip"), links = [...strip.querySelectorAll("a")];
  const viewer = document.getElementById("viewer"), timeline = document.querySelector(".timeline");
  let now = 0;

  function show(i, focus) {
    now = Math.max(0, Math.min(frames.length - 1, i));
    const frame = frames[now], link = links[now];
    document.querySelectorAll("[aria-current]").forEach(e => e.removeAttribute("aria-current"));
    links.forEach(a => { a.tabIndex = a === link ? 0 : -1; });
    link.setAttribute("aria-current", "true");
    document.getElementById(`frame-${frame.frame}`).setAttribute("aria-current", "true");
    timeline.style.setProperty("--at", (now + 0.5) / frames.length);
    const picture = viewer.querySelector("img"), state = frame.transition ? "transition, held to no row" : frame.mood;
    picture.src = link.querySelector("img").src;
    picture.alt = `frame ${frame.name}`;
    viewer.querySelector("h2").textContent = frame.name;
    viewer.querySelector("p").textContent = [state || "held to no row", frame.state].filter(Boolean).join(", ");
    viewer.querySelector("dl").replaceChildren(...figures(frame));
    viewer.hidden = false;
    if (focus) link.focus({ preventScroll: true });
  }

  function figures(frame) {
    const order = [...Object.keys(names), ...Object.keys(frame.measures).filter(k => !(k in names))];
    return order.map(name => {
      const value = frame.measures[name], range = frame.ranges[name];
      const box = document.createElement("div");
      const dt = box.appendChild(document.createElement("dt")), dd = box.appendChild(document.createElement("dd"));
      dt.textContent = names[name] || name.replace("-", "–");
      dd.textContent = value === null ? "not known" : name === "bins" ? String(value) : value.toFixed(3);
      if (range) {
        const small = dd.appendChild(document.createElement("small"));
        small.textContent = ` of ${+range[0].toFixed(4)} to ${+range[1].toFixed(4)}`;
        const outside = told.broken.some(b => b.scene === frame.scene && b.frame === frame.number && b.measure === name);
        if (outside) dd.className = "wrong";
      }
      return box;
    });
  }

  // the first frame of the next scene, or of this one, or of the one before when it stands there already
  function scene(step) {
    const first = i => { while (i > 0 && frames[i - 1].scene === frames[i].scene) i -= 1; return i; };
    if (step < 0) return first(now) < now ? first(now) : first(Math.max(0, now - 1));
    const next = frames.findIndex((f, i) => i > now && f.scene !== frames[now].scene);
    return next < 0 ? now : next;
  }

  const keys = {
    ArrowLeft: () => now - 1, ArrowRight: () => now + 1, Home: () => 0, End: () => frames.length - 1,
    ArrowUp: () => scene(-1), PageUp: () => scene(-1), ArrowDown: () => scene(1), PageDown: () => scene(1),
  };
  strip.addEventListener("keydown", event => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    show(keys[event.key](), true);
  });
  links.forEach((link, i) => link.addEventListener("click", event => {
    event.preventDefault();
    show(i, true);
  }));
  document.querySelectorAll(".plot svg").forEach(svg => svg.addEventListener("click", event => {
    const box = svg.getBoundingClientRect();
    show(Math.floor((event.clientX - box.left) / box.width * frames.length), true);
  }));
  const named = () => frames.findIndex(f => `#frame-${f.frame}` === location.hash);
  addEventListener("hashchange", () => { if (named() >= 0) show(named()); });
  show(Math.max(0, named()));
})();
