/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each frame is a nested <svg> whose place and width are percents: the graph fills any
 * window, text that does not fit is clipped, and zooming only moves and scales frames.
 * Viewers that do not run the script still show the whole graph.
 */
#include <stdbool.h>
#include <stdio.h>

#include "../base/embed.h"
#include "../base/units.h"
#include "flamegraph_boxes.h"
#include "flamegraph_text.h"
#include "../faults/profile.h"
#include "formats.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define ROW	       18
#define BOX_HEIGHT     17
#define GRAPH_WIDTH    1176 /* of a window of 1200 pixels: assumed if no script measures it */
#define CHAR_WIDTH     7.3
#define LEGEND_COLUMNS 5
#define TITLE_PERCENT  77

/* Style and script are embedded, so that the SVG needs no other files. */
EMBED(flamegraph_css, "src/format/flamegraph.css");
EMBED(flamegraph_js, "src/format/flamegraph.js");

/*
 * Paul Tol's "light" scheme: distinct with any kind of colour blindness, and made
 * for black letters. Rare kinds share the colour of another, but are hatched.
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

static void add_amount(struct graph *g, uint64_t weight)
{
	flamegraph_add_amount(g->out, g->view->weight, weight);
}

static void add_count(struct graph *g, uint64_t count)
{
	if (g->view->weight == PROFILE_COUNT)
		return;
	buf__adds(g->out, ", ");
	flamegraph_add_faults(g->out, count);
}

/* "1.23 ms (45.67 %), 89 faults". */
static void add_weight(struct graph *g, uint64_t weight, uint64_t count)
{
	add_amount(g, weight);
	buf__adds(g->out, " (");
	flamegraph_add_share(g->out, weight, g->total);
	buf__addc(g->out, ')');
	add_count(g, count);
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

/* Adds what of g->text fits into the box, and ends the box. */
static void close_box(struct graph *g, uint64_t weight)
{
	double share = (double)weight / (double)g->total;
	int columns = (int)((share * GRAPH_WIDTH - 6) / CHAR_WIDTH);

	buf__adds(g->out, "<text x=\"3\" y=\"12.5\">");
	if (columns >= 3)
		flamegraph_add_shortened(g->out, &g->text, (size_t)columns);
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

/* Colours a box: at the right end each kind wide enough to be seen, the rest as the heaviest. */
static void add_colors(struct graph *g, const struct box *box)
{
	uint64_t whole = graph__node(g, box)->weight, start = whole;
	uint8_t kinds[FT_KIND_COUNT];
	size_t nr = graph__sort_kinds(box->kinds, kinds);

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
	size_t nr = graph__sort_kinds(box->kinds, kinds);

	for (size_t i = 0; nr > 1 && i < nr; i++) {
		buf__addf(g->out, "%s%s ", i ? ", " : "\n", kind_names[kinds[i]]);
		flamegraph_add_share(g->out, box->kinds[kinds[i]], graph__node(g, box)->weight);
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
	flamegraph_add_xml(g->out, g->text.data, g->text.len);
}

/* The script relies on the lines of the tooltip: the first is the name, the second the module. */
static void add_box(struct graph *g, const struct box *box)
{
	const struct calltree_node *node = graph__node(g, box);
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

/* Adds one box for all callees that are too narrow, if together they are not. */
static void add_rest(struct graph *g, const struct box *box)
{
	const struct calltree_node *node = graph__node(g, box);
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

/* ---- Around the boxes ------------------------------------------------------------------------ */

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
	buf__addf(g->out, "; %u different stack%s</text>\n", g->nr_stacks, plural(g->nr_stacks));
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
	flamegraph_add_share(g->out, g->left_out, g->total);
	buf__adds(g->out, "</tspan></text>\n");
}

static void add_unknown(struct graph *g, unsigned int *y)
{
	uint64_t unknown = profile__unknown(g->profile, g->view->weight);

	if (!unknown)
		return;
	add_line(g, y);
	buf__adds(g->out, "not in here: ");
	flamegraph_add_faults(g->out, unknown);
	buf__addf(g->out, " of unknown %s</text>\n", profile_weight_names[g->view->weight]);
}

/* Adds the kinds of the graph, in columns; returns where the next row is. */
static unsigned int add_legend(struct graph *g, const uint64_t *weights, unsigned int y)
{
	uint8_t kinds[FT_KIND_COUNT];
	size_t nr = graph__sort_kinds(weights, kinds);

	for (size_t i = 0; i < nr; i++) {
		const char *name = kind_names[kinds[i]];

		buf__addf(g->out, "<svg class=\"legend\" data-kind=\"%s\" x=\"%zu%%\" y=\"%zu\">",
			  name, 1 + i % LEGEND_COLUMNS * 98 / LEGEND_COLUMNS,
			  y + i / LEGEND_COLUMNS * ROW);
		buf__addf(g->out,
			  "<title>click: find these</title><rect class=\"k%u\" width=\"13\" "
			  "height=\"13\"/><text x=\"18\" y=\"11\">%s ",
			  kinds[i], name);
		flamegraph_add_share(g->out, weights[kinds[i]], g->total);
		buf__adds(g->out, "</text></svg>\n");
	}
	return y + (unsigned int)((nr + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS) * ROW;
}

/* Adds the search field, and texts that the script fills, shows or measures. */
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
	/* The title ends to the left of the search box; the script shortens a longer one. */
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
	/* One row more: the box of narrow callees may be below the deepest box. */
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

static int flamegraph_profile(struct format *f, const struct profile *p,
			      const struct profile_view *view)
{
	struct graph g = { .out = f->out, .profile = p, .view = view };

	calltree__build(&g.tree, p, view->weight);
	g.total = profile__total(p, view->weight);
	graph__make_boxes(&g);
	add_graph(&g);
	graph__free_boxes(&g);
	buf__free(&g.text);
	calltree__free(&g.tree);
	return 0;
}

const struct format_ops flamegraph_format = {
	.name = "flamegraph",
	.profile = flamegraph_profile,
};
