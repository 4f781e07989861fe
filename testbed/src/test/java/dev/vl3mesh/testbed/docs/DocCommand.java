package dev.vl3mesh.testbed.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One command of a page, with what the page says that it prints.
///
/// @param line where it stands, from 1
/// @param text for a shell; may have several lines
/// @param expected lines of its output, in order; others may stand between them
record DocCommand(int line, String text, List<String> expected) {
    private static final Pattern FENCE = Pattern.compile("\\s*```(\\w*)\\s*");
    private static final Pattern HEREDOC = Pattern.compile("<<-?\\s*['\"]?(\\w+)['\"]?");
    private static final String PROMPT = "$ ";

    DocCommand {
        expected = List.copyOf(expected);
    }

    /// Finds the commands of a page: in blocks marked `console` those after a prompt, in blocks marked `sh` all
    /// lines.
    static List<DocCommand> parse(List<String> page) {
        List<DocCommand> commands = new ArrayList<>();
        int at = 0;
        while (at < page.size()) {
            Matcher fence = FENCE.matcher(page.get(at));
            if (!fence.matches()) {
                at++;
                continue;
            }
            int end = at + 1;
            while (end < page.size() && !FENCE.matcher(page.get(end)).matches()) {
                end++;
            }
            switch (fence.group(1)) {
                case "console" -> console(page, at + 1, end, commands);
                case "sh", "bash", "shell" -> script(page, at + 1, end, commands);
                default -> {
                    // a drawing, a manifest
                }
            }
            at = end + 1;
        }
        return commands;
    }

    private static void script(List<String> page, int start, int end, List<DocCommand> commands) {
        int at = start;
        while (at < end) {
            String line = page.get(at);
            int next = endOfCommand(page, at, end);
            if (!line.isBlank() && !line.startsWith("#")) {
                commands.add(new DocCommand(at + 1, String.join("\n", page.subList(at, next)), List.of()));
            }
            at = next;
        }
    }

    private static void console(List<String> page, int start, int end, List<DocCommand> commands) {
        int at = start;
        while (at < end) {
            String line = page.get(at);
            if (!line.startsWith(PROMPT)) {
                at++;
                continue;
            }
            int next = endOfCommand(page, at, end);
            String text = String.join("\n", page.subList(at, next)).substring(PROMPT.length());
            List<String> expected = new ArrayList<>();
            int output = next;
            while (output < end && !page.get(output).startsWith(PROMPT)) {
                expected.add(page.get(output));
                output++;
            }
            commands.add(new DocCommand(at + 1, text, expected));
            at = output;
        }
    }

    /// The line after a command that goes on over lines: by a backslash, or as the text of a here-document.
    private static int endOfCommand(List<String> page, int start, int end) {
        int at = start;
        while (at < end - 1 && page.get(at).endsWith("\\")) {
            at++;
        }
        Matcher heredoc = HEREDOC.matcher(page.get(at));
        at++;
        if (heredoc.find()) {
            while (at < end && !page.get(at).strip().equals(heredoc.group(1))) {
                at++;
            }
            at = Math.min(at + 1, end);
        }
        return at;
    }

    /// The first expected line that an output lacks, or nothing. Numbers and white space may differ; `...` stands for
    /// anything.
    String missingIn(String output) {
        List<String> lines = output.lines().toList();
        int at = 0;
        for (String wanted : expected) {
            if (wanted.isBlank() || wanted.strip().equals("...")) {
                continue;
            }
            Pattern pattern = pattern(wanted);
            while (at < lines.size() && !pattern.matcher(lines.get(at).strip()).matches()) {
                at++;
            }
            if (at == lines.size()) {
                return wanted;
            }
            at++;
        }
        return "";
    }

    private static Pattern pattern(String wanted) {
        StringBuilder pattern = new StringBuilder();
        Matcher parts = Pattern.compile("\\.{3}|[0-9]+|\\s+|[^0-9\\s.]+|\\.").matcher(wanted.strip());
        while (parts.find()) {
            String part = parts.group();
            if (part.equals("...")) {
                pattern.append(".*");
            } else if (Character.isDigit(part.charAt(0))) {
                pattern.append("[0-9]+");
            } else if (part.isBlank()) {
                pattern.append("\\s+");
            } else {
                pattern.append(Pattern.quote(part));
            }
        }
        return Pattern.compile(pattern.toString());
    }
}
