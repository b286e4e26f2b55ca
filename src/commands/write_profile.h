/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a profile in the formats and to the files of the options. */
#ifndef COMMANDS_WRITE_PROFILE_H
#define COMMANDS_WRITE_PROFILE_H

#include "../base/whole_file.h"
#include "../cli/options.h"
#include "../faults/format.h"

struct profile_files {
	struct whole_file of[PROFILE_FILES];
};

#define PROFILE_FILES_NONE                                            \
	(struct profile_files)                                        \
	{                                                             \
		.of = { [0 ... PROFILE_FILES - 1] = WHOLE_FILE_NONE } \
	}

/* Checks, before a long run, that the files can be written. 0, or -errno after saying why not. */
int profile_files__open(struct profile_files *files, const struct options *opts);
void profile_files__close(struct profile_files *files);

/* What to write of a run that is over. */
struct profile_request {
	const struct options *opts;
	const struct run_start *start;
	const struct run_end *end;
	const struct profile *profile;
};

/* out: where --folded goes. 0, or not 0 after saying why. */
int write_profile(const struct profile_request *request, struct profile_files *files,
		  struct buf *out);

#endif /* COMMANDS_WRITE_PROFILE_H */
