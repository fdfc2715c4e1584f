// Who signs out leaves no drafts in this browser, and no list of jobs.
document.addEventListener("submit", ({ target }) => {
  if (new URL(target.action).pathname !== "/accounts/logout/") return
  document.dispatchEvent(new Event("signing-out"))
  for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key)
  localStorage.removeItem("jobs-told")
})
