// Decisions go to the server one by one, those on the same picture in their order, and again until
// they arrive: each says what holds from then on, so that twice does no harm.
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value
const lines = new Map() // picture by picture
const open = new Set()
const pause = (seconds) => new Promise((done) => { setTimeout(done, 1000 * seconds) })

const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, danger: true } }))

const tell = () => {
  document.getElementById("cull-unsaved").textContent = open.size > 3 ? `${open.size} not saved yet` : ""
}

const post = async (address, fields) => {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: new URLSearchParams({ ...fields, csrfmiddlewaretoken: token() }),
        headers: { "HX-Request": "true" },
        keepalive: true, // also when the page is left
        redirect: "manual",
      })
      if (answer.status === 204) return
      if (answer.status < 500) return say("A decision was not kept: the picture is gone, or you are signed out. Reload the page.")
    } catch { /* without a net it is tried again */ }
    await pause(Math.min(30, 2 ** tries))
  }
}

export const send = ({ id, decide }, fields) => {
  const sent = (lines.get(id) ?? Promise.resolve()).then(() => post(decide, fields))
  lines.set(id, sent)
  open.add(sent)
  tell()
  sent.finally(() => { open.delete(sent); tell() })
}

export const settled = () => Promise.race([Promise.all(open), pause(5)])
