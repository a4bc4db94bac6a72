const search = document.querySelector("#search");
const count = document.querySelector("#count");

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const section of document.querySelectorAll("section")) {
    let here = 0;
    for (const operation of section.querySelectorAll("details")) {
      operation.hidden = !words.every((word) => operation.dataset.text.includes(word));
      here += operation.hidden ? 0 : 1;
    }
    section.hidden = here === 0;
    shown += here;
  }
  count.textContent = `${shown} operations`;
}

search.addEventListener("input", show);
show();
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
});
if (location.hash) {
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted) {
    wanted.open = true;
    wanted.scrollIntoView();
  }
}
