/* SPDX-License-Identifier: GPL-2.0-only */
#include "preflight.h"

#include <errno.h>

#include "../base/log.h"
#include "../base/sudo_user.h"
#include "../host/task.h"

static int check_privileges(struct session *s)
{
	const char *missing = task_missing_capabilities();

	if (*missing) {
		log_error("cannot trace: %s missing", missing);
		log_hint("run it as root (sudo), or grant the capability");
		return -EPERM;
	}
	if (!task_pids_are_global()) {
		log_error("cannot trace: pids in this container are not the kernel's");
		log_hint("run it on the host, or in its pid namespace (--pid=host)");
		return -ENOTSUP;
	}
	if (!features__has(&s->features, FEATURE_BTF)) {
		log_error("cannot trace: this kernel has no BTF (/sys/kernel/btf/vmlinux)");
		log_hint("a kernel built with CONFIG_DEBUG_INFO_BTF=y is needed");
		return -ENOENT;
	}
	return 0;
}

/*
 * Is a plan wanted that does not slow down untraced processes? With -p and -t, as these are most of
 * the machine; not with --origin gup, which needs a plan that sees those faults, whatever it costs.
 */
static bool others_count(const struct options *opts)
{
	return (opts->target.kind == TARGET_PID || opts->target.kind == TARGET_TID) &&
	       !(opts->filter.origins & 1U << FT_ORIGIN_GUP);
}

static int choose_plan(struct session *s)
{
	enum feature lacks;

	s->plan = plan_choose(&s->features, s->opts->plan, others_count(s->opts));
	if (!s->plan) {
		log_error("cannot trace: no plan fits this kernel");
		log_hint("`faulttrace features` tells what is missing and why");
		return -ENOTSUP;
	}
	lacks = plan_lacks(&s->features, s->plan);
	if (lacks == FEATURE_COUNT) {
		if (plan_sees_gup(s->plan) || s->opts->filter.origins != 1U << FT_ORIGIN_GUP)
			return 0;
		log_error("cannot trace gup faults: plan %s sees only their number", s->plan->name);
		log_hint("without --origin that number is told at the end");
		return -ENOTSUP;
	}
	log_error("cannot use plan %s: no %s: %s", s->plan->name, feature_name(lacks),
		  features__why_not(&s->features, lacks));
	log_hint("--plan auto takes the best that works here");
	return -ENOTSUP;
}

static int check_stacks(struct session *s)
{
	if (!options__wants_stacks(s->opts) || features__has(&s->features, FEATURE_STACKS))
		return 0;
	log_error("cannot take user stacks: %s", features__why_not(&s->features, FEATURE_STACKS));
	return -ENOTSUP;
}

/* Whose is the command to be? */
static int check_user(const struct target *target)
{
	struct sudo_user user;
	int err = target->argv && !target->as_root ? sudo_user__get(&user) : 0;

	if (err >= 0)
		return 0;
	log_error("cannot run %s as sudo's user: SUDO_UID and SUDO_GID are not two ids",
		  target->argv[0]);
	log_hint("--as-root runs it as root");
	return err;
}

int preflight(struct session *s)
{
	int err = targets__check(&s->opts->target);

	if (!err)
		err = check_user(&s->opts->target);
	if (!err)
		err = check_privileges(s);
	if (!err)
		err = choose_plan(s);
	if (!err)
		err = check_stacks(s);
	return err;
}
