# SPDX-License-Identifier: GPL-2.0-or-later
# Turns numbered schema files into schema_sql.c: one string a statement. A statement ends with
# a ';' at the end of a line; lines that begin with "--" are comments. "-- serves: N" names the
# schema of the oldest programs that go on with this one.
BEGIN {
	print "/* Made by schema.awk from schema/NNNN.sql. */"
	print "#include \"config.h\"\n"
	print "#include \"lib/store/schema.h\"\n"
}
function end_file() {
	if (n_files)
		print "};\n"
}
FNR == 1 {
	end_file()
	version = FILENAME
	sub(/.*\//, "", version)
	sub(/\.sql$/, "", version)
	versions[++n_files] = version + 0
	serves[n_files] = version + 0
	print "static const char *const statements_" version + 0 "[] = {"
}
/^-- serves: [0-9]+$/ { serves[n_files] = $3 + 0 }
/^--/ || /^[ \t]*$/ { next }
{
	line = $0
	last = sub(/;[ \t]*$/, "", line)
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	printf "\t\"%s%s\"%s\n", line, last ? "" : "\\n", last ? "," : ""
	open = !last
}
END {
	end_file()
	if (open) {
		print "schema.awk: the last statement does not end" >"/dev/stderr"
		exit 1
	}
	print "const struct schema_file schema_files[] = {"
	for (i = 1; i <= n_files; i++)
		printf "\t{ %d, %d, statements_%d,\n\t    sizeof(statements_%d) / sizeof(statements_%d[0]) },\n",
		    versions[i], serves[i], versions[i], versions[i], versions[i]
	print "};"
	print "const size_t schema_n_files = sizeof(schema_files) / sizeof(schema_files[0]);"
}
