package dev.vl3mesh.samples.bookinfo;

import java.util.List;
import java.util.Locale;

/// Tells what people wrote about a book; the versions differ in how they show the ratings.
final class Reviews implements Program {
    private record Review(String reviewer, String text) {}

    private static final List<Review> REVIEWS = List.of(
            new Review(
                    "Reviewer1",
                    "Two pairs of twins with the same names meet in one town, and nobody gets the wrong one right until"
                            + " the last page. Anybody who has ever run two clusters with the same pod CIDR will feel"
                            + " at home."),
            new Review(
                    "Reviewer2",
                    "Short, fast and silly in the best way. I would have liked to see more of the goldsmith."));

    private final Origin origin;
    private final Stars stars;
    private final Upstream ratings;

    Reviews(Origin origin, Stars stars, Upstream ratings) {
        this.origin = origin;
        this.stars = stars;
        this.ratings = ratings;
    }

    @Override
    public Answer answer(Call call) {
        String product = call.product(BookinfoConfig.REVIEWS);
        if (product.isEmpty()) {
            return Answer.notFound(call.path());
        }
        Json.Builder answer = Json.object()
                .with("id", product)
                .with("servedBy", origin.json())
                .with("askedBy", call.caller());
        Json given = Json.object().done();
        if (stars != Stars.NONE) {
            try {
                Json rated = ratings.get("/ratings/" + product, call);
                given = rated.field("ratings");
                answer.with("ratingsServedBy", rated.field("servedBy")).with("ratingsAskedBy", rated.field("askedBy"));
            } catch (UpstreamException | JsonException e) {
                answer.with("problem", "ratings are not available: " + e.getMessage());
            }
        }
        Json ratingsGiven = given;
        return Answer.json(answer.with(
                        "reviews",
                        new Json.Array(REVIEWS.stream()
                                .map(review -> review(review, ratingsGiven))
                                .toList()))
                .done());
    }

    private Json review(Review review, Json given) {
        Json.Builder json = Json.object().with("reviewer", review.reviewer()).with("text", review.text());
        if (given.has(review.reviewer())) {
            json.with("stars", given.field(review.reviewer()))
                    .with("color", stars.name().toLowerCase(Locale.ROOT));
        }
        return json.done();
    }
}
