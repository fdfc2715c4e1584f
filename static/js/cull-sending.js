// Decisions go to the server one by one, those on the same picture in their order, and again until
// they arrive: each says what holds from then on, so that twice does no harm.
const lines = new Map() // a picture: what is under way, and what comes after it
const pause = (seconds) => new Promise((done) => { setTimeout(done, 1000 * seconds) })
const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, danger: true } }))
const open = () => [...lines.values()].filter(({ work }) => work)

// What the page would show wrongly if it were loaded again before everything has arrived.
const KEPT = "cull-unsaved"
export const unsent = () => Object.entries(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}"))

const tell = () => {
  sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(open().map(({ id, now, next }) => [id, { ...now, ...next }]))))
  const number = open().length
  document.getElementById("cull-unsaved").textContent = number > 3 ? `${number} not saved yet` : ""
}

const post = (address, fields) => fetch(address, {
  method: "POST",
  body: new URLSearchParams({ ...fields, csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value }),
  headers: { "HX-Request": "true" },
  keepalive: true, // also when the page is left
  redirect: "manual",
})

const arrives = async (line) => {
  try {
    const { status } = await post(line.address, line.now)
    if (status !== 204 && status < 500) say("A decision was not kept: the picture is gone, or you are signed out. Reload the page.")
    return status < 500
  } catch {
    return false // without a net it is tried again
  }
}

const work = async (line) => {
  for (let tries = 0; line.next; tries += 1) {
    line.now = { ...line.now, ...line.next }
    line.next = null
    if (await arrives(line)) {
      line.now = null
      tries = -1
    } else {
      line.next ??= {}
      await pause(Math.min(30, 2 ** tries))
    }
  }
  line.work = null
  tell()
}

export const send = ({ id, decide }, fields) => {
  const line = lines.get(id) ?? { id, address: decide, now: null, next: null, work: null }
  lines.set(id, line)
  line.next = { ...line.next, ...fields }
  line.work ??= work(line)
  tell()
}

export const settled = () => Promise.race([Promise.all(open().map((line) => line.work)), pause(5)])

// What has not had its turn yet goes out at the last moment.
addEventListener("pagehide", () => {
  for (const { address, now, next } of open()) if (next) post(address, { ...now, ...next }).catch(() => {})
})
