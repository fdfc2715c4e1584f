// A notice of the system and a sound when a job has ended that took a while, for those who have
// asked for them on this device. What tells of an ended job is its toast.
const LONG = 10 // seconds; whoever waits less is still looking
const WISHES = { notice: "notices-on", sound: "sounds-on" }
const TOLD = "jobs-told" // so that two tabs ring once
const wants = (wish) => Boolean(localStorage.getItem(WISHES[wish]))

// A page with notices goes on asking while nobody looks at it.
const isWanted = () => Object.keys(WISHES).some(wants)
const mark = () => document.documentElement.toggleAttribute("data-notices", isWanted())

const BLOCKED = "This browser blocks notices from this site. Allow them in its settings for this site, then turn this on again."
const NOT_HERE = "This browser shows notices only to sites with https, and on phones only to installed ones. The sound works."

const explain = (words) => {
  const note = document.getElementById("notice-problem")
  if (!note) return
  note.textContent = words
  note.hidden = !words
}

const remember = (wish, isOn) => {
  if (isOn) localStorage.setItem(WISHES[wish], "1")
  else localStorage.removeItem(WISHES[wish])
  mark()
}

const turn = async (box) => {
  let isOn = box.checked
  if (isOn && box.value === "notice") isOn = await mayNotify()
  box.checked = isOn
  remember(box.value, isOn)
  if (isOn && box.value === "sound") ring()
}

const mayNotify = async () => {
  const answer = "Notification" in window ? await Notification.requestPermission() : ""
  explain({ granted: "", denied: BLOCKED, default: "" }[answer] ?? NOT_HERE)
  return answer === "granted"
}

const isNews = (name) => {
  const told = JSON.parse(localStorage.getItem(TOLD) ?? "[]")
  if (told.includes(name)) return false
  localStorage.setItem(TOLD, JSON.stringify([name, ...told].slice(0, 50)))
  return true
}

const ring = () => {
  const audio = new AudioContext()
  const note = (pitch, start) => {
    const [tone, volume] = [new OscillatorNode(audio, { frequency: pitch }), new GainNode(audio, { gain: 0 })]
    tone.connect(volume).connect(audio.destination)
    volume.gain.setTargetAtTime(0.15, start, 0.01)
    volume.gain.setTargetAtTime(0, start + 0.08, 0.09)
    tone.start(start)
    tone.stop(start + 0.6)
    return tone
  }
  note(659, audio.currentTime)
  note(880, audio.currentTime + 0.14).onended = () => audio.close()
}

const notify = (text, address) => {
  try {
    const notice = new Notification("Fluxsite", { body: text, tag: address || text })
    notice.onclick = () => { window.focus(); if (address) location.href = address; notice.close() }
  } catch { // phones let only service workers do it
    remember("notice", false)
    explain(NOT_HERE)
  }
}

const tell = (toast) => {
  const text = toast.querySelector("p").textContent
  const address = toast.querySelector("a")?.href ?? ""
  if (Number(toast.dataset.took) <= LONG || !isWanted() || (address && !isNews(address))) return
  if (wants("sound")) ring()
  if (wants("notice") && (document.hidden || !document.hasFocus())) notify(text, address)
}

const watch = new MutationObserver((changes) => {
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes])
  added.filter((node) => node.matches?.(".toast[data-took]")).forEach(tell)
})
watch.observe(document.getElementById("toasts"), { childList: true })

mark()
for (const box of document.querySelectorAll("[data-notice]")) {
  box.checked = wants(box.value)
  box.addEventListener("change", () => turn(box))
}
