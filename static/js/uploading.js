// A picture that is chosen, dropped or pasted goes up at once; what is too large is not sent.
const work = () => document.getElementById("work")
const isField = (element) => element.matches?.("#picture, #camera")

const tell = (words) => {
  const note = document.createElement("p")
  note.className = "source-problem"
  note.id = "problem-source"
  note.textContent = words
  work().querySelector(".source-notes").replaceChildren(note)
}

const tooLarge = (file, most) =>
  `The file has ${(file.size / 1e6).toFixed(1)} MB, and ${most / 1e6} MB are the most. Choose a smaller one.`

const take = (files) => {
  const [file] = [...files]
  if (!file) return
  const chosen = new DataTransfer()
  chosen.items.add(file)
  const field = document.getElementById("picture")
  field.files = chosen.files
  field.dispatchEvent(new Event("change", { bubbles: true }))
}

document.addEventListener("htmx:confirm", (event) => {
  if (!isField(event.target)) return
  const [file] = event.target.files
  const most = Number(event.target.dataset.most)
  if (file && file.size <= most) return
  event.preventDefault()
  if (!file) return
  event.target.value = ""
  tell(tooLarge(file, most))
})

document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const bar = work()?.querySelector(".uploading progress")
  if (isField(target) && bar && detail.lengthComputable) bar.value = (100 * detail.loaded) / detail.total
})

document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (!isField(target)) return
  target.value = "" // or the form would bring it once more
  if (!detail.successful && !detail.xhr.status) tell("The connection broke while the picture was sent. Nothing was kept; choose it again.")
})

document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files ?? []
  if (!files.length || !work()) return
  event.preventDefault()
  take(files)
})

for (const type of ["dragover", "dragleave", "drop"]) document.addEventListener(type, (event) => {
  if (!work() || !event.dataTransfer?.types.includes("Files")) return
  event.preventDefault()
  work().toggleAttribute("data-drag", type === "dragover")
  if (type === "drop") take(event.dataTransfer.files)
})
