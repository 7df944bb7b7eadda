// The widget's module and style sheet are packed below; minidl/viz/widget/ has them as they were written.
const packed = Uint8Array.from(atob("CONTENT"), (letter) => letter.charCodeAt(0));
const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
const address = URL.createObjectURL(new Blob([await new Response(plain).text()], { type: "text/javascript" }));
const widget = await import(address);
URL.revokeObjectURL(address);
async function render(context) {
  const style = document.createElement("style");
  style.textContent = widget.sheet;
  const place = document.createElement("div");
  context.el.append(style, place);
  return widget.default.render({ ...context, el: place });
}
export default { render };
