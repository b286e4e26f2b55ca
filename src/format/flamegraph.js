// SPDX-License-Identifier: GPL-2.0-only
"use strict";
(function () {
	// Positions are rounded to five digits of a percent.
	const EPSILON = 3e-5;
	const PADDING = 3;
	const byId = (id) => document.getElementById(id);
	const graph = byId("graph"), details = byId("details"), input = byId("search");
	let zoomed = null;

	// Lines of a tooltip: the name, the module, then what it weighs.
	const boxes = Array.from(graph.getElementsByClassName("f"), (element) => {
		const lines = element.querySelector("title").textContent.split("\n");
		return {
			element, lines,
			text: element.querySelector("text"),
			x: parseFloat(element.getAttribute("x")),
			width: parseFloat(element.getAttribute("width")),
			y: parseFloat(element.getAttribute("y")),
			shown: parseFloat(element.getAttribute("width")),
		};
	});
	const boxOf = new Map(boxes.map((box) => [box.element, box]));

	function charWidth() {
		const sample = byId("ruler");
		return sample.getComputedTextLength() / sample.textContent.length || 7.3;
	}

	// Drops as many qualifiers ("ns::") of a name as the room requires.
	function unqualified(name, room) {
		let start = 0, depth = 0;
		for (let i = 0; i < name.length && name.length - start + (start > 0) > room; i++) {
			if ("<([{".includes(name[i]))
				depth++;
			else if (">)]}".includes(name[i]))
				depth--;
			else if (!depth && name[i] === ":" && name[i + 1] === ":")
				start = ++i + 1;
		}
		return name.slice(start);
	}

	function shorten(name, room) {
		const rest = unqualified(name, room);
		return rest.length === name.length && rest.length <= room ? rest :
			rest.length < room ? ["\u2026", ...rest] : [...rest.slice(0, room - 1), "\u2026"];
	}

	// Fits the names to their boxes: qualifiers are dropped first, then the end.
	function fit() {
		const perPercent = graph.getBoundingClientRect().width / 100, char = charWidth();
		for (const box of boxes) {
			const room = Math.floor((box.shown * perPercent - 2 * PADDING) / char);
			const text = room < 3 ? "" : shorten(Array.from(box.lines[0]), room).join("");
			if (box.text.textContent !== text)
				box.text.textContent = text;
		}
	}

	// Shortens the target in the title, not the words after it, to end before the search field.
	const title = byId("title"), whole = title.textContent;
	const words = whole.slice(whole.lastIndexOf(": "));
	const target = Array.from(whole.slice(0, -words.length));
	function fitTitle() {
		const room = title.parentNode.width.baseVal.value;
		title.textContent = whole;
		const length = title.getComputedTextLength();
		let left = length > room ? Math.floor(target.length * room / length) : 0;
		while (title.getComputedTextLength() > room && left-- > 0)
			title.textContent = target.slice(0, left).join("") + "\u2026" + words;
	}

	function fitAll() {
		fitTitle();
		fit();
	}

	function place(box, x, width, visible) {
		box.shown = visible ? width : 0;
		box.element.style.display = visible ? "" : "none";
		box.element.setAttribute("x", x + "%");
		box.element.setAttribute("width", width + "%");
	}

	// The chosen box takes the whole width, and so do its callers.
	function zoom(to) {
		zoomed = to === boxes[0] ? null : to;
		for (const box of boxes) {
			const above = zoomed && box.y < to.y;
			box.element.classList.toggle("up", !!above);
			if (!zoomed)
				place(box, box.x, box.width, true);
			else if (above)
				place(box, 0, 100, box.x <= to.x + EPSILON &&
				      box.x + box.width >= to.x + to.width - EPSILON);
			else
				place(box, (box.x - to.x) / to.width * 100, box.width / to.width * 100,
				      box.x >= to.x - EPSILON &&
				      box.x + box.width <= to.x + to.width + EPSILON);
		}
		byId("reset").classList.toggle("hidden", !zoomed);
		fit();
	}

	// Matches texts that contain what was typed; if none does, uses it as a regular expression.
	function matcher(wanted) {
		const plain = wanted.toLowerCase();
		const asItStands = (text) => text.toLowerCase().includes(plain);
		if (boxes.some((box) => asItStands(box.lines[0]) || asItStands(box.lines[1])))
			return asItStands;
		try {
			const expression = new RegExp(wanted, "i");
			return (text) => expression.test(text);
		} catch (error) {
			return () => false;
		}
	}

	// Boxes below a box that matches are a part of it, and do not count again.
	function shareOf(matches) {
		let end = -1, share = 0;
		for (const box of matches.sort((a, b) => a.x - b.x || b.width - a.width)) {
			if (box.x < end - EPSILON)
				continue;
			share += box.width;
			end = box.x + box.width;
		}
		return share;
	}

	function search(wanted) {
		const matching = matcher(wanted), matches = [];
		for (const box of boxes) {
			const matched = wanted && (matching(box.lines[0]) || matching(box.lines[1]));
			box.element.classList.toggle("match", !!matched);
			if (matched)
				matches.push(box);
		}
		graph.classList.toggle("searching", !!wanted);
		byId("matched").textContent = wanted ? "matched: " + shareOf(matches).toFixed(2) + " %" : "";
	}

	graph.addEventListener("click", (event) => {
		const box = boxOf.get(event.target.closest(".f"));
		if (box)
			zoom(box);
	});
	graph.addEventListener("mouseover", (event) => {
		const box = boxOf.get(event.target.closest(".f"));
		if (box)
			details.textContent = box.lines.join(" \u00b7 ");
	});
	graph.addEventListener("mouseleave", () => { details.textContent = ""; });
	for (const legend of document.getElementsByClassName("legend"))
		legend.addEventListener("click", () => {
			const kind = "[" + legend.getAttribute("data-kind") + "]";
			input.value = input.value === kind ? "" : kind;
			search(input.value);
		});
	byId("reset").addEventListener("click", () => zoom(boxes[0]));
	input.addEventListener("input", () => search(input.value));
	window.addEventListener("resize", fitAll);
	window.addEventListener("keydown", (event) => {
		if ((event.ctrlKey || event.metaKey) && event.key === "f" && document.activeElement !== input) {
			event.preventDefault();
			input.focus();
			input.select();
		} else if (event.key === "Escape" && input.value) {
			input.value = "";
			search("");
		} else if (event.key === "Escape" && boxes.length) {
			zoom(boxes[0]);
		}
	});
	fitAll();
})();
