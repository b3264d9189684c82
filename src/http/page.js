const element = id => document.getElementById(id);
let current = null;
let drawn = "";

async function call(method, path, data) {
  const answer = await fetch(path, {method, body: data && JSON.stringify(data)});
  const body = await answer.json();
  if (answer.status === 401) element("login").hidden = false;
  if (!answer.ok) throw new Error(body.error);
  return body;
}

async function logIn(token) {
  try {
    await call("POST", "api/login", {token});
    element("login").hidden = true;
    element("token").value = "";
    await refresh();
  } catch (error) { element("message").textContent = error.message; }
}

async function refresh() {
  const active = await call("GET", "api/active_tasks");
  const task = active.task_id ? active : await call("GET", "api/last_task");
  current = active.task_id || null;
  element("cancel").hidden = element("bar").hidden = !current;
  element("bar").value = task.progress || 0;
  element("message").textContent = task.task_id ? `${task.status}: ${task.details.message}` : "Nothing was started yet.";
  element("log").textContent = task.details.log.slice(-12).join("\n");
  const lists = await call("GET", "api/playlists");
  if (JSON.stringify(lists) === drawn) return; // what is open stays open
  drawn = JSON.stringify(lists);
  element("playlists").replaceChildren(...Object.entries(lists).map(([name, songs]) => {
    const box = document.createElement("details");
    const title = document.createElement("summary");
    title.textContent = `${name} (${songs.length})`;
    const list = document.createElement("ol");
    for (const song of songs) {
      const row = document.createElement("li");
      row.textContent = song.author ? `${song.author} – ${song.title}` : song.title;
      list.append(row);
    }
    box.append(title, list);
    return box;
  }));
}

function act(method, path) {
  call(method, path).then(refresh).catch(error => { element("message").textContent = error.message; });
}
element("analyse").onclick = () => act("POST", "api/analysis/start");
element("cluster").onclick = () => act("POST", "api/clustering/start");
element("cancel").onclick = () => act("POST", `api/cancel/${current}`);

element("login").onsubmit = event => {
  event.preventDefault();
  logIn(element("token").value);
};

// A login link carries the token behind the #, which browsers send to no server.
const linked = new URLSearchParams(location.hash.slice(1)).get("token");
if (linked) {
  history.replaceState(null, "", location.pathname);
  logIn(linked);
}

async function loop() {
  if (element("login").hidden) {
    try { await refresh(); } catch (error) { element("message").textContent = `The server does not answer: ${error.message}`; }
  }
  setTimeout(loop, 2000);
}
loop();
