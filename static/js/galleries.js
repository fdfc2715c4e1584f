// What happens to a picture in a gallery shows on its page: gone, its cover, and the dialog of sharing.
const share = document.getElementById("share")
const all = (selector) => document.querySelectorAll(selector)

document.addEventListener("picture-removed", ({ detail }) => {
  if (!document.querySelector(`[data-gallery="${detail.gallery}"]`)) return
  for (const tile of all(`li[data-picture="${detail.id}"]`)) tile.hidden = true
})

document.addEventListener("picture-covers", ({ detail }) => {
  for (const tile of all("li[data-picture]")) tile.toggleAttribute("data-cover", tile.dataset.picture === detail.id)
})

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (share && detail.target === share && share.firstElementChild && !share.open) share.showModal()
})
