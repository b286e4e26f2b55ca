/* SPDX-License-Identifier: GPL-2.0-only */
#include "container.h"

#include <stdio.h>
#include <string.h>

/* A part of a path, between slashes; or a part of that. */
struct word {
	const char *text;
	size_t len;
};

/*
 * Runtimes that name a cgroup after the container's id: "docker-ID.scope" with the systemd driver,
 * and with an older one "crio-ID" or "NAME.slice:cri-containerd:ID". Others such as "crio-conmon-ID"
 * are of the runtime itself.
 */
static const struct {
	const char *name, *runtime;
} named_forms[] = {
	{ "docker", "docker" }, { "cri-containerd", "containerd" }, { "crio", "cri-o" },
	{ "libpod", "podman" }, { "nerdctl", "containerd" },	    { "libpod-payload", "podman" },
};

/* Parents whose children are containers: "/docker/ID", "/lxc/NAME". */
static const struct {
	const char *parent, *runtime;
	bool any_name;
} parent_forms[] = {
	{ "docker", "docker", false },
	{ "libpod_parent", "podman", false },
	{ "lxc", "lxc", true },
	{ "lxc.payload", "lxc", true },
};

#define LXC_PAYLOAD "lxc.payload."

static bool is_equal(struct word word, const char *text)
{
	return word.len == strlen(text) && !memcmp(word.text, text, word.len);
}

/* Removes the text from the beginning of the word. False: the word does not begin with it. */
static bool take_prefix(struct word *word, const char *text)
{
	size_t len = strlen(text);

	if (word->len < len || memcmp(word->text, text, len) != 0)
		return false;
	word->text += len;
	word->len -= len;
	return true;
}

static bool take_suffix(struct word *word, const char *text)
{
	size_t len = strlen(text);

	if (word->len < len || memcmp(word->text + word->len - len, text, len) != 0)
		return false;
	word->len -= len;
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_id(struct word word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!is_hex(word.text[i]))
			return false;
	return word.len == CONTAINER_ID_DIGITS;
}

static void set_id(struct container *ret, struct word id, const char *runtime)
{
	ret->runtime = runtime;
	snprintf(ret->id, sizeof(ret->id), "%.*s", (int)id.len, id.text);
}

/* ---- Pods ------------------------------------------------------------------------------ */

/* A UUID, with underscores in names of slices; or, of a static pod, the 32 digits of a hash. */
static bool read_uid(struct word word, char *ret)
{
	static const char uuid[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	bool is_hash = word.len == 32;

	if (!is_hash && word.len != strlen(uuid))
		return false;
	for (size_t i = 0; i < word.len; i++) {
		bool is_dash = !is_hash && uuid[i] == '-';
		char c = word.text[i];

		if (is_dash ? c != '-' && c != '_' : !is_hex(c))
			return false;
		ret[i] = is_dash ? '-' : c;
	}
	ret[word.len] = '\0';
	return true;
}

static const char *find(struct word word, const char *text)
{
	return memmem(word.text, word.len, text, strlen(text));
}

/* "kubepods-burstable-podUID.slice"; "podUID" below a cgroup of the kubelet's. */
static bool take_pod(struct word word, bool is_kubelets, struct container *ret)
{
	char uid[sizeof(ret->pod_uid)];
	const char *dash;

	if (take_suffix(&word, ".slice")) {
		dash = find(word, "kubepods") ? find(word, "-pod") : NULL;
		if (!dash)
			return false;
		word.len -= (size_t)(dash + 1 - word.text);
		word.text = dash + 1;
	} else if (!is_kubelets) {
		return false;
	}
	if (!take_prefix(&word, "pod") || !read_uid(word, uid))
		return false;
	memcpy(ret->pod_uid, uid, sizeof(uid));
	ret->runtime = NULL;
	ret->id[0] = '\0';
	return true;
}

/* ---- Containers ------------------------------------------------------------------------ */

/* A form with this separator behind the runtime's name. */
static bool take_named(struct word word, char separator, struct container *ret)
{
	take_suffix(&word, ".scope");
	for (size_t i = 0; i < sizeof(named_forms) / sizeof(named_forms[0]); i++) {
		struct word id = word;

		if (!take_prefix(&id, named_forms[i].name) || !id.len || *id.text != separator)
			continue;
		id.text++;
		id.len--;
		if (is_id(id)) {
			set_id(ret, id, named_forms[i].runtime);
			return true;
		}
	}
	return false;
}

/* "kubepods-podUID.slice:cri-containerd:ID": what systemd's driver is told, taken for a name. */
static bool take_colons(struct word word, struct container *ret)
{
	const char *colon = find(word, ".slice:");
	struct word slice = word, rest = word;

	if (!colon)
		return false;
	slice.len = (size_t)(colon - word.text) + strlen(".slice");
	rest.text += slice.len + 1;
	rest.len -= slice.len + 1;
	if (!take_named(rest, ':', ret))
		return false;
	const struct container found = *ret;

	if (take_pod(slice, false, ret)) {
		memcpy(ret->id, found.id, sizeof(found.id));
		ret->runtime = found.runtime;
	}
	return true;
}

static bool take_child(struct word word, struct word parent, struct container *ret)
{
	for (size_t i = 0; i < sizeof(parent_forms) / sizeof(parent_forms[0]); i++)
		if (is_equal(parent, parent_forms[i].parent) &&
		    (parent_forms[i].any_name || is_id(word))) {
			set_id(ret, word, parent_forms[i].runtime);
			return true;
		}
	return false;
}

static bool take_payload(struct word word, struct container *ret)
{
	if (!take_prefix(&word, LXC_PAYLOAD) || !word.len)
		return false;
	set_id(ret, word, "lxc");
	return true;
}

/* Some runtimes have the mere id below the pod: which one it is, the path does not say. */
static bool take_bare(struct word word, bool is_in_pod, struct container *ret)
{
	if (!is_in_pod || !is_id(word))
		return false;
	set_id(ret, word, NULL);
	return true;
}

static struct word next_word(const char **path)
{
	struct word word;

	*path += strspn(*path, "/");
	word = (struct word) { *path, strcspn(*path, "/") };
	*path += word.len;
	return word;
}

static bool is_kubepods(struct word word)
{
	return is_equal(word, "kubepods") || is_equal(word, "kubepods.slice");
}

bool container__of_path(const char *path, struct container *ret)
{
	struct word parent = { "", 0 }, word;
	const char *at = path;
	bool is_kubelets = false, is_pod = false;

	*ret = (struct container) { 0 };
	while ((word = next_word(&at)).len) {
		bool is_container = take_colons(word, ret) || take_named(word, '-', ret) ||
				    take_payload(word, ret) || take_child(word, parent, ret) ||
				    take_bare(word, is_pod, ret);

		is_pod = !is_container && take_pod(word, is_kubelets, ret);
		is_kubelets |= is_kubepods(word);
		if (is_container || is_pod)
			ret->path_len = (size_t)(at - path);
		parent = word;
	}
	return ret->path_len > 0;
}
