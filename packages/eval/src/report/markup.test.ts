import { expect, test } from "vitest";
import { markup } from "./markup.ts";

const hostile = `</p><img src=x onerror="alert('1')">&`;

test("what is filled in is text, within an element and within an attribute", () => {
  const made = markup`<p title="${hostile}">${hostile}</p>`.toString();
  const text = "&lt;/p&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;";
  expect(made).toBe(`<p title="${text}">${text}</p>`);
});

test("markup within markup stays as it is, and lists are joined", () => {
  const items = ["<a>", "<b>"].map((item) => markup`<li>${item}</li>`);
  expect(markup`<ul>${items}</ul>`.toString()).toBe(
    "<ul><li>&lt;a&gt;</li><li>&lt;b&gt;</li></ul>",
  );
});

test("nothing is written for undefined, and a 0 for 0", () => {
  expect(markup`<b>${undefined}${0}</b>`.toString()).toBe("<b>0</b>");
});
