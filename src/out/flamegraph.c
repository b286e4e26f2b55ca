/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each frame is a small <svg> of its own whose place and width are percents: it
 * fills any window, cuts off text that does not fit, and zooming only moves it.
 * What has no script, or does not run it, still shows the whole graph.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/embed.h"
#include "../trace/calltree.h"
#include "../trace/fault.h"
#include "profiles.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* Narrower frames are a pixel wide when one of a sixteenth of the width is zoomed to. */
#define MIN_SHARE 20000
/* With more frames a browser takes seconds: then only wider ones are drawn. */
#define MAX_BOXES 16000

#define ROW	       18
#define BOX_HEIGHT     17
#define GRAPH_WIDTH    1176 /* of a window of 1200 pixels: where no script measures */
#define CHAR_WIDTH     7.3
#define LEGEND_COLUMNS 5
#define TITLE_PERCENT  77

/* An SVG needs no files beside it: style and script stand in it. */
EMBED(flamegraph_css, "src/out/flamegraph.css");
EMBED(flamegraph_js, "src/out/flamegraph.js");

/*
 * Paul Tol's "light" scheme: told apart with any kind of colour blindness, and
 * made for black letters. Kinds that are seldom share a colour, hatched.
 */
static const struct {
	const char *color;
	bool hatched;
} looks[] = {
	[FT_KIND_ANON] = { "#77aadd", false },	   [FT_KIND_FILE] = { "#ee8866", false },
	[FT_KIND_COW] = { "#44bb99", false },	   [FT_KIND_SWAP] = { "#ffaabb", false },
	[FT_KIND_ZERO] = { "#99ddff", false },	   [FT_KIND_SHMEM] = { "#bbcc33", false },
	[FT_KIND_MKWRITE] = { "#eedd88", false },  [FT_KIND_REUSE] = { "#aaaa00", false },
	[FT_KIND_HUGETLB] = { "#77aadd", true },   [FT_KIND_DEVICE] = { "#ee8866", true },
	[FT_KIND_MIGRATION] = { "#44bb99", true }, [FT_KIND_UFFD] = { "#ffaabb", true },
	[FT_KIND_NUMA] = { "#99ddff", true },	   [FT_KIND_ERROR] = { "#bbcc33", true },
	[FT_KIND_SPURIOUS] = { "#eedd88", true },  [FT_KIND_OTHER] = { "#dddddd", false },
};
_Static_assert(NR(looks) == FT_KIND_COUNT, "every kind has a look");

/* What is drawn of the tree. */
struct box {
	uint32_t node;
	bool odd;	       /* of its caller's boxes, every other one */
	uint32_t nr_narrow;    /* frames it called that are too narrow */
	uint64_t narrow_count; /* their faults */
	uint64_t start;	       /* in units of weight, from the left */
	uint64_t next;	       /* where the next box that it called goes */
	uint64_t kinds[FT_KIND_COUNT];
};

struct graph {
	struct buf *out;
	const struct profile *profile;
	const struct profile_view *view;
	struct calltree tree;
	struct box *boxes;
	uint32_t nr_boxes;
	uint32_t *box_of; /* by node; NO_BOX if it is too narrow */
	uint64_t total;
	uint64_t min_weight;
	uint64_t left_out;
	uint32_t nr_stacks;
	uint32_t max_depth;
	struct buf text;
};

#define NO_BOX UINT32_MAX

static const struct calltree_node *node_of(const struct graph *g, const struct box *box)
{
	return calltree__node(&g->tree, box->node);
}

/* ---- Which frames, and where ---------------------------------------------------------------- */

static uint32_t count_boxes(const struct graph *g)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < calltree__nr(&g->tree); i++)
		nr += calltree__node(&g->tree, i)->weight >= g->min_weight;
	return nr;
}

static void *allocate(size_t nr, size_t size)
{
	struct buf b = { 0 };

	/* A buf, because it knows what to do when there is no memory. */
	buf__reserve(&b, nr * size);
	memset(b.data, 0, nr * size);
	return b.data;
}

/* The heaviest first, below one caller; callers in the order of the tree. */
static int compare_boxes(const void *a_, const void *b_, void *ctx)
{
	const struct graph *g = ctx;
	const struct box *a = a_, *b = b_;
	const struct calltree_node *x = node_of(g, a), *y = node_of(g, b);
	struct calltree_label left, right;
	int names;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	left = calltree__label(&g->tree, a->node);
	right = calltree__label(&g->tree, b->node);
	names = strcmp(left.name, right.name);
	return names ? names : a->node < b->node ? -1 : a->node > b->node;
}

static void choose_boxes(struct graph *g)
{
	uint32_t nr_nodes = calltree__nr(&g->tree);

	g->min_weight = g->total / MIN_SHARE + 1;
	while ((g->nr_boxes = count_boxes(g)) > MAX_BOXES && g->min_weight <= g->total / 2)
		g->min_weight *= 2;
	g->boxes = allocate(g->nr_boxes + 1, sizeof(*g->boxes));
	g->box_of = allocate(nr_nodes, sizeof(*g->box_of));
	g->nr_boxes = 0;
	for (uint32_t i = 0; i < nr_nodes; i++) {
		g->box_of[i] = NO_BOX;
		if (calltree__node(&g->tree, i)->weight >= g->min_weight)
			g->boxes[g->nr_boxes++].node = i;
	}
	/* The root stays the first. */
	if (g->nr_boxes)
		qsort_r(g->boxes + 1, g->nr_boxes - 1, sizeof(*g->boxes), compare_boxes, g);
	for (uint32_t i = 0; i < g->nr_boxes; i++)
		g->box_of[g->boxes[i].node] = i;
}

/* In their order, a box comes after its caller's. */
static void place_boxes(struct graph *g)
{
	for (uint32_t i = 1; i < g->nr_boxes; i++) {
		const struct calltree_node *node = node_of(g, &g->boxes[i]);
		struct box *caller = &g->boxes[g->box_of[node->parent]];

		g->boxes[i].start = g->boxes[i].next = caller->next;
		g->boxes[i].odd = i && node_of(g, &g->boxes[i - 1])->parent == node->parent &&
				  !g->boxes[i - 1].odd;
		caller->next += node->weight;
		if (node->depth > g->max_depth)
			g->max_depth = node->depth;
	}
}

/* The kinds below each box; and what its caller's box has to say of one that is not drawn. */
static void sum_kinds(struct graph *g)
{
	for (uint32_t i = 1; i < calltree__nr(&g->tree); i++) {
		const struct calltree_node *node = calltree__node(&g->tree, i);
		struct calltree_label label = calltree__label(&g->tree, i);

		if (g->box_of[i] == NO_BOX && g->box_of[node->parent] != NO_BOX && node->weight) {
			g->boxes[g->box_of[node->parent]].nr_narrow++;
			g->boxes[g->box_of[node->parent]].narrow_count += node->count;
			g->left_out += node->weight;
		}
		if (label.type != CALLTREE_KIND)
			continue;
		g->nr_stacks++;
		for (uint32_t up = i;; up = calltree__node(&g->tree, up)->parent) {
			if (g->box_of[up] != NO_BOX)
				g->boxes[g->box_of[up]].kinds[label.kind] += node->weight;
			if (!up)
				break;
		}
	}
}

/* ---- Text ------------------------------------------------------------------------------------ */

/* Also U+FFFE and U+FFFF, which are UTF-8 but not XML, become U+FFFD. */
static void add_xml(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '&': buf__adds(out, "&amp;"); break;
		case '<': buf__adds(out, "&lt;"); break;
		case '>': buf__adds(out, "&gt;"); break;
		case '"': buf__adds(out, "&quot;"); break;
		case '\xbe':
		case '\xbf':
			if (i >= 2 && memcmp(text + i - 2, "\xef\xbf", 2) == 0) {
				buf__addc(out, '\xbd');
				break;
			}
			/* fall through */
		default: buf__addc(out, text[i]);
		}
	}
}

#define ELLIPSIS "\xe2\x80\xa6"

/* Where the name begins when so much of what qualifies it is dropped that the rest has room. */
static size_t skip_qualifiers(const struct buf *text, size_t columns)
{
	size_t start = 0, left = buf__columns(text, 0);
	int depth = 0;

	for (size_t i = 0; i + 1 < text->len && left + (start > 0) > columns; i++) {
		char c = text->data[i];

		if (c == '<' || c == '(' || c == '[' || c == '{') {
			depth++;
		} else if (c == '>' || c == ')' || c == ']' || c == '}') {
			depth--;
		} else if (!depth && c == ':' && text->data[i + 1] == ':') {
			start = ++i + 1;
			left = buf__columns(text, start);
		}
	}
	return start;
}

/* As much of it as these columns hold, the function's own name first: as the script does. */
static void add_shortened(struct buf *out, const struct buf *text, size_t columns)
{
	size_t start = skip_qualifiers(text, columns), end = start;
	size_t left = buf__columns(text, start);
	bool whole = left + (start > 0) <= columns;

	if (whole && start)
		buf__adds(out, ELLIPSIS);
	if (!whole)
		left = columns - 1;
	for (; end < text->len; end++)
		if (((unsigned char)text->data[end] & 0xc0) != 0x80 && !left--)
			break;
	add_xml(out, text->data + start, end - start);
	if (!whole)
		buf__adds(out, ELLIPSIS);
}

struct unit {
	uint64_t size;
	const char *name;
};

static const struct unit time_units[] = {
	{ 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" }, { 1, "ns" }
};
static const struct unit byte_units[] = {
	{ 1ULL << 40, "TiB" }, { 1ULL << 30, "GiB" }, { 1ULL << 20, "MiB" },
	{ 1ULL << 10, "KiB" }, { 1, "bytes" },
};

/* In the greatest unit of which there is one: "1.23 ms". */
static void add_in_units(struct buf *out, const struct unit *unit, uint64_t n)
{
	while (unit->size > 1 && n < unit->size)
		unit++;
	buf__add_u64(out, n / unit->size);
	if (unit->size > 1) {
		buf__addc(out, '.');
		buf__add_padded(out, (uint64_t)((__uint128_t)(n % unit->size) * 100 / unit->size),
				2);
	}
	buf__addf(out, " %s", unit->name);
}

static void add_faults(struct buf *out, uint64_t n)
{
	buf__add_u64(out, n);
	buf__adds(out, n == 1 ? " fault" : " faults");
}

static void add_share(struct buf *out, uint64_t n, uint64_t total)
{
	uint64_t share = total ? (uint64_t)((__uint128_t)n * 10000 / total) : 0;

	if (n && !share)
		buf__adds(out, "&lt;0.01");
	else
		buf__add_fixed(out, share, 2);
	buf__adds(out, " %");
}

static void add_amount(struct graph *g, uint64_t weight)
{
	if (g->view->weight == PROFILE_LATENCY)
		add_in_units(g->out, time_units, weight);
	else if (g->view->weight == PROFILE_BYTES)
		add_in_units(g->out, byte_units, weight);
	else
		add_faults(g->out, weight);
}

static void add_count(struct graph *g, uint64_t count)
{
	if (g->view->weight == PROFILE_COUNT)
		return;
	buf__adds(g->out, ", ");
	add_faults(g->out, count);
}

/* "1.23 ms (45.67 %), 89 faults". */
static void add_weight(struct graph *g, uint64_t weight, uint64_t count)
{
	add_amount(g, weight);
	buf__adds(g->out, " (");
	add_share(g->out, weight, g->total);
	buf__addc(g->out, ')');
	add_count(g, count);
}

/* The kinds that have a weight, the heaviest first. Returns how many there are. */
static size_t sort_kinds(const uint64_t *weights, uint8_t *kinds)
{
	size_t nr = 0;

	for (uint8_t kind = 0; kind < FT_KIND_COUNT; kind++) {
		size_t at = nr;

		if (!weights[kind])
			continue;
		for (; at > 0 && weights[kinds[at - 1]] < weights[kind]; at--)
			kinds[at] = kinds[at - 1];
		kinds[at] = kind;
		nr++;
	}
	return nr;
}

/* ---- Boxes ----------------------------------------------------------------------------------- */

static uint64_t position(const struct graph *g, uint64_t weight)
{
	return (uint64_t)((__uint128_t)weight * 10000000 / g->total);
}

static void open_box(struct graph *g, const char *classes, uint64_t start, uint64_t weight,
		     uint32_t depth)
{
	uint64_t x = position(g, start);

	buf__addf(g->out, "<svg class=\"f%s\" x=\"", classes);
	buf__add_fixed(g->out, x, 5);
	buf__addf(g->out, "%%\" y=\"%u\" width=\"", depth * ROW);
	buf__add_fixed(g->out, position(g, start + weight) - x, 5);
	buf__addf(g->out, "%%\" height=\"%d\" data-weight=\"", BOX_HEIGHT);
	buf__add_u64(g->out, weight);
	buf__adds(g->out, "\"><title>");
}

/* What is in g->text, where it fits. */
static void close_box(struct graph *g, uint64_t weight)
{
	double share = (double)weight / (double)g->total;
	int columns = (int)((share * GRAPH_WIDTH - 6) / CHAR_WIDTH);

	buf__adds(g->out, "<text x=\"3\" y=\"12.5\">");
	if (columns >= 3)
		add_shortened(g->out, &g->text, (size_t)columns);
	buf__adds(g->out, "</text></svg>\n");
}

static void add_rect(struct graph *g, unsigned int kind, uint64_t start, uint64_t weight,
		     uint64_t of)
{
	uint64_t x = (uint64_t)((__uint128_t)start * 10000 / of);
	uint64_t end = (uint64_t)((__uint128_t)(start + weight) * 10000 / of);

	buf__addf(g->out, "<rect class=\"k%u\" ", kind);
	if (x) {
		buf__adds(g->out, "x=\"");
		buf__add_fixed(g->out, x, 2);
		buf__adds(g->out, "%\" ");
	}
	buf__adds(g->out, "width=\"");
	buf__add_fixed(g->out, end - x, 2);
	buf__addf(g->out, "%%\" height=\"%d\"/>", BOX_HEIGHT);
}

/* At its right end each kind that can be seen, and the rest is of the heaviest one. */
static void add_colors(struct graph *g, const struct box *box)
{
	uint64_t whole = node_of(g, box)->weight, start = whole;
	uint8_t kinds[FT_KIND_COUNT];
	size_t nr = sort_kinds(box->kinds, kinds);

	for (size_t i = nr - 1; i > 0; i--) {
		uint64_t weight = box->kinds[kinds[i]];

		if (weight < g->min_weight)
			continue;
		start -= weight;
		add_rect(g, kinds[i], start, weight, whole);
	}
	add_rect(g, kinds[0], 0, start, whole);
}

static void add_kinds(struct graph *g, const struct box *box)
{
	uint8_t kinds[FT_KIND_COUNT];
	size_t nr = sort_kinds(box->kinds, kinds);

	for (size_t i = 0; nr > 1 && i < nr; i++) {
		buf__addf(g->out, "%s%s ", i ? ", " : "\n", kind_names[kinds[i]]);
		add_share(g->out, box->kinds[kinds[i]], node_of(g, box)->weight);
	}
}

static void set_text(struct graph *g, const char *text)
{
	g->text.len = 0;
	buf__add_text(&g->text, text);
}

static void add_text(struct graph *g, const char *text)
{
	set_text(g, text);
	add_xml(g->out, g->text.data, g->text.len);
}

/* In the tooltip the first line is the name and the second the module: the script knows. */
static void add_box(struct graph *g, const struct box *box)
{
	const struct calltree_node *node = node_of(g, box);
	struct calltree_label label = calltree__label(&g->tree, box->node);
	char classes[32];

	snprintf(classes, sizeof(classes), "%s%s%s", label.type == CALLTREE_KIND ? " leaf" : "",
		 box->odd ? " odd" : "", label.inlined ? " inlined" : "");
	open_box(g, classes, box->start, node->weight, node->depth);
	add_text(g, label.name);
	buf__addc(g->out, '\n');
	add_text(g, label.module);
	buf__adds(g->out, label.inlined ? " (inlined)\n" : "\n");
	add_weight(g, node->weight, node->count);
	add_kinds(g, box);
	buf__adds(g->out, "</title>");
	add_colors(g, box);
	set_text(g, label.name);
	close_box(g, node->weight);
}

/* Where the frames would be that are too narrow, if together they are not. */
static void add_rest(struct graph *g, const struct box *box)
{
	const struct calltree_node *node = node_of(g, box);
	uint64_t weight = node->weight - (box->next - box->start);

	if (!box->nr_narrow || weight < g->min_weight)
		return;
	open_box(g, " rest", box->next, weight, node->depth + 1);
	g->text.len = 0;
	buf__addf(&g->text, "(%u narrow frame%s)", box->nr_narrow, box->nr_narrow > 1 ? "s" : "");
	buf__add(g->out, g->text.data, g->text.len);
	buf__adds(g->out, "\n\n");
	add_weight(g, weight, box->narrow_count);
	buf__addf(g->out, "</title><rect class=\"narrow\" width=\"100%%\" height=\"%d\"/>",
		  BOX_HEIGHT);
	close_box(g, weight);
}

/* ---- What is around them --------------------------------------------------------------------- */

static void add_hatching(struct buf *out, const char *name, const char *color)
{
	buf__addf(out,
		  "<pattern id=\"%s\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
		  "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"%s\"/>"
		  "<rect width=\"2\" height=\"6\" fill=\"#ffffff\" fill-opacity=\"0.6\"/>"
		  "</pattern>\n",
		  name, color);
}

static void add_styles(struct graph *g, const uint64_t *kinds)
{
	char name[8];

	buf__adds(g->out, "<defs>\n");
	add_hatching(g->out, "narrow", "#cccccc");
	for (int kind = 0; kind < FT_KIND_COUNT; kind++) {
		snprintf(name, sizeof(name), "h%d", kind);
		if (kinds[kind] && looks[kind].hatched)
			add_hatching(g->out, name, looks[kind].color);
	}
	buf__addf(g->out, "</defs>\n<style><![CDATA[\n%s", flamegraph_css);
	for (int kind = 0; kind < FT_KIND_COUNT; kind++) {
		if (!kinds[kind])
			continue;
		if (looks[kind].hatched)
			buf__addf(g->out, ".k%d { fill: url(#h%d); }\n", kind, kind);
		else
			buf__addf(g->out, ".k%d { fill: %s; }\n", kind, looks[kind].color);
	}
	buf__adds(g->out, "]]></style>\n");
}

static void add_line(struct graph *g, unsigned int *y)
{
	buf__addf(g->out, "<text x=\"1%%\" y=\"%u\">", *y);
	*y += ROW;
}

static void add_total(struct graph *g, unsigned int *y)
{
	uint64_t count = profile__total(g->profile, PROFILE_COUNT);

	add_line(g, y);
	if (g->total)
		add_amount(g, g->total);
	else
		buf__adds(g->out, "nothing to show");
	add_count(g, count);
	buf__addf(g->out, "; %u different stack%s</text>\n", g->nr_stacks,
		  g->nr_stacks == 1 ? "" : "s");
}

static void add_left_out(struct graph *g, unsigned int *y)
{
	if (!g->left_out)
		return;
	add_line(g, y);
	buf__adds(g->out, "not drawn: frames below ");
	add_amount(g, g->min_weight);
	buf__adds(g->out, "; together <tspan id=\"left-out\" data-weight=\"");
	buf__add_u64(g->out, g->left_out);
	buf__adds(g->out, "\">");
	add_share(g->out, g->left_out, g->total);
	buf__adds(g->out, "</tspan></text>\n");
}

static void add_unknown(struct graph *g, unsigned int *y)
{
	uint64_t unknown = profile__unknown(g->profile, g->view->weight);

	if (!unknown)
		return;
	add_line(g, y);
	buf__adds(g->out, "not in here: ");
	add_faults(g->out, unknown);
	buf__addf(g->out, " of unknown %s</text>\n", profile_weight_words[g->view->weight].name);
}

/* The kinds there are, in columns; returns where the next row is. */
static unsigned int add_legend(struct graph *g, const uint64_t *weights, unsigned int y)
{
	uint8_t kinds[FT_KIND_COUNT];
	size_t nr = sort_kinds(weights, kinds);

	for (size_t i = 0; i < nr; i++) {
		const char *name = kind_names[kinds[i]];

		buf__addf(g->out, "<svg class=\"legend\" data-kind=\"%s\" x=\"%zu%%\" y=\"%zu\">",
			  name, 1 + i % LEGEND_COLUMNS * 98 / LEGEND_COLUMNS,
			  y + i / LEGEND_COLUMNS * ROW);
		buf__addf(g->out,
			  "<title>click: find these</title><rect class=\"k%u\" width=\"13\" "
			  "height=\"13\"/><text x=\"18\" y=\"11\">%s ",
			  kinds[i], name);
		add_share(g->out, weights[kinds[i]], g->total);
		buf__adds(g->out, "</text></svg>\n");
	}
	return y + (unsigned int)((nr + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS) * ROW;
}

/* Without a script nobody can search. */
static void add_controls(struct buf *out)
{
	buf__adds(out,
		  "<foreignObject x=\"79%\" y=\"8\" width=\"20%\" height=\"26\">"
		  "<input xmlns=\"http://www.w3.org/1999/xhtml\" id=\"search\" type=\"search\" "
		  "placeholder=\"search (Ctrl-F)\" autocomplete=\"off\" spellcheck=\"false\"/>"
		  "</foreignObject>\n"
		  "<text id=\"matched\" x=\"99%\" y=\"50\"></text>\n"
		  "<text id=\"reset\" class=\"hidden\" x=\"99%\" y=\"68\">reset zoom (Esc)</text>\n"
		  "<text id=\"ruler\" visibility=\"hidden\">mmmmmmmmmm</text>\n");
}

static void add_title(struct graph *g)
{
	const char *words = profile_weight_words[g->view->weight].title;

	buf__adds(g->out, "<title>");
	add_text(g, g->view->target);
	buf__addf(g->out, ": %s</title>\n", words);
	/* Ends to the left of the search box; the script shortens a longer title. */
	buf__addf(g->out, "<svg x=\"1%%\" width=\"%d%%\" height=\"32\"><title>", TITLE_PERCENT);
	add_text(g, g->view->target);
	buf__addf(g->out, ": %s</title><text id=\"title\" y=\"24\">", words);
	add_text(g, g->view->target);
	buf__addf(g->out, ": %s</text></svg>\n", words);
}

/* Returns where the graph begins. */
static unsigned int add_heading(struct graph *g, const uint64_t *kinds)
{
	unsigned int y = 46;

	add_title(g);
	buf__adds(g->out, "<g id=\"notes\">\n");
	add_total(g, &y);
	add_left_out(g, &y);
	add_unknown(g, &y);
	buf__adds(g->out, "</g>\n");
	y = add_legend(g, kinds, y - 8);
	buf__addf(g->out, "<text id=\"details\" x=\"1%%\" y=\"%u\"></text>\n", y + 16);
	add_controls(g->out);
	return y + 26;
}

static void add_graph(struct graph *g)
{
	static const uint64_t none[FT_KIND_COUNT];
	const uint64_t *kinds = g->nr_boxes ? g->boxes[0].kinds : none;
	size_t height, start = g->out->len;
	struct buf head = { 0 };
	unsigned int y;

	add_styles(g, kinds);
	y = add_heading(g, kinds);
	/* A row more: a rest is below the deepest box at most. */
	height = (size_t)(g->max_depth + 2) * ROW;
	buf__addf(g->out, "<svg id=\"graph\" x=\"1%%\" y=\"%u\" width=\"98%%\" height=\"%zu\">\n",
		  y, height);
	for (uint32_t i = 0; i < g->nr_boxes; i++)
		add_box(g, &g->boxes[i]);
	for (uint32_t i = 0; i < g->nr_boxes; i++)
		add_rest(g, &g->boxes[i]);
	buf__addf(g->out, "</svg>\n<script><![CDATA[\n%s]]></script>\n</svg>\n", flamegraph_js);
	buf__addf(&head,
		  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" height=\"%zu\">\n",
		  y + height);
	buf__insert(g->out, start, head.data, head.len);
	buf__free(&head);
}

void flamegraph_write(struct buf *out, const struct profile *p, const struct profile_view *view)
{
	struct graph g = { .out = out, .profile = p, .view = view };

	calltree__build(&g.tree, p, view->weight);
	g.total = profile__total(p, view->weight);
	choose_boxes(&g);
	place_boxes(&g);
	sum_kinds(&g);
	add_graph(&g);
	free(g.boxes);
	free(g.box_of);
	buf__free(&g.text);
	calltree__free(&g.tree);
}
