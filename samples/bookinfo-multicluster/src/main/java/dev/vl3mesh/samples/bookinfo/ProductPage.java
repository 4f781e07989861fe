package dev.vl3mesh.samples.bookinfo;

import java.util.List;

/// Makes the page about the one book of the shop, out of what the other programs say.
final class ProductPage implements Program {
    private static final String PRODUCT = "0";
    private static final int STARS_MAX = 5;
    private static final List<String> DETAILS = List.of("author", "written", "type", "pages", "language");

    private final Origin origin;
    private final Upstream details;
    private final Upstream reviews;

    ProductPage(Origin origin, Upstream details, Upstream reviews) {
        this.origin = origin;
        this.details = details;
        this.reviews = reviews;
    }

    @Override
    public Answer answer(Call call) {
        return switch (call.path()) {
            case "/" -> Answer.redirect("/productpage");
            case "/productpage" -> Answer.html(page(call));
            default -> Answer.notFound(call.path());
        };
    }

    private String page(Call call) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>Bookinfo</title>
                <style>
                body { font: 16px/1.5 sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
                main { display: grid; grid-template-columns: 1fr 2fr; gap: 2rem }
                blockquote { margin: 0 0 1.5rem; padding-left: 1rem; border-left: 3px solid #ccc }
                th { text-align: left; padding-right: 1rem }
                .by { font-size: .8rem; color: #666 }
                .by b { color: #fff; background: #36c; border-radius: .3rem; padding: .1rem .4rem }
                .black { color: #222 } .red { color: #c22 } .problem { color: #c22 }
                </style>
                </head>
                <body>
                <h1>The Comedy of Errors</h1>
                <p>A play by William Shakespeare, in which two pairs of twins have the same names.</p>
                %s
                <main>
                <section>
                <h2>Book Details</h2>
                %s
                </section>
                <section>
                <h2>Book Reviews</h2>
                %s
                </section>
                </main>
                </body>
                </html>
                """.formatted(servedBy("page", origin, call.caller()), details(call), reviews(call));
    }

    private String details(Call call) {
        try {
            Json answer = details.get("/details/" + PRODUCT, call);
            StringBuilder table = new StringBuilder("<table>\n");
            for (String name : DETAILS) {
                Json value = answer.field(name);
                String text = value instanceof Json.Text known ? known.value() : value.toString();
                table.append("<tr><th>")
                        .append(name)
                        .append("</th><td>")
                        .append(escaped(text))
                        .append("</td></tr>\n");
            }
            return table + "</table>\n"
                    + servedBy("details", Origin.of(answer.field("servedBy")), caller(answer, "askedBy"));
        } catch (UpstreamException | JsonException e) {
            return problem("the details are not available: " + e.getMessage());
        }
    }

    private String reviews(Call call) {
        try {
            Json answer = reviews.get("/reviews/" + PRODUCT, call);
            StringBuilder list = new StringBuilder();
            for (Json review : answer.field("reviews").items()) {
                list.append("<blockquote><p>")
                        .append(escaped(review.field("text").text()))
                        .append("</p><cite>")
                        .append(escaped(review.field("reviewer").text()))
                        .append("</cite>")
                        .append(stars(review))
                        .append("</blockquote>\n");
            }
            if (answer.has("problem")) {
                list.append(problem(answer.field("problem").text()));
            }
            list.append(servedBy("reviews", Origin.of(answer.field("servedBy")), caller(answer, "askedBy")));
            if (answer.has("ratingsServedBy")) {
                list.append(servedBy(
                        "ratings", Origin.of(answer.field("ratingsServedBy")), caller(answer, "ratingsAskedBy")));
            }
            return list.toString();
        } catch (UpstreamException | JsonException e) {
            return problem("the reviews are not available: " + e.getMessage());
        }
    }

    private static String stars(Json review) {
        if (!review.has("stars")) {
            return "";
        }
        int given = Math.clamp(review.field("stars").number(), 0, STARS_MAX);
        return " <span class=\"" + escaped(review.field("color").text()) + "\" title=\"" + given + " of " + STARS_MAX
                + "\">" + "\u2605".repeat(given) + "\u2606".repeat(STARS_MAX - given) + "</span>";
    }

    private static String caller(Json answer, String field) {
        return answer.has(field) ? answer.field(field).text() : "";
    }

    private static String servedBy(String what, Origin by, String caller) {
        return "<p class=\"by\">" + what + " from cluster <b>" + escaped(by.cluster()) + "</b>, pod "
                + escaped(by.pod()) + ", " + escaped(by.version())
                + (caller.isEmpty() ? "" : ", asked by " + escaped(caller)) + "</p>\n";
    }

    private static String problem(String text) {
        return "<p class=\"problem\">" + escaped(text) + "</p>\n";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
