export { REPEAT_ID, renderHtml } from "./page.js";
