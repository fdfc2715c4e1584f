// Dialogs: close buttons, a click outside, and opening where the browser lacks commandfor.
const isOld = !("commandForElement" in HTMLButtonElement.prototype)

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("button[commandfor]")
  if (isOld && opener) document.getElementById(opener.getAttribute("commandfor")).showModal()
  if (target.closest("[data-close]") || target.matches("dialog")) target.closest("dialog")?.close()
})
