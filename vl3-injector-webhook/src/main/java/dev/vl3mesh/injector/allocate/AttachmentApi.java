package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import org.jspecify.annotations.Nullable;

/// What admission asks the API server itself. Whatever else goes wrong there comes as an unchecked exception of the
/// client.
public interface AttachmentApi {
    /// What became of a write.
    enum Written {
        /// It is stored.
        STORED,
        /// Somebody else has written since the object was read.
        CHANGED,
        /// The object is not there any more.
        GONE
    }

    /// The domain of that name, as it is now.
    @Nullable
    Domain domain(String name);

    /// The attachment of that name, as it is now.
    @Nullable
    Attachment attachment(String name);

    /// Stores a new attachment; false where one of that name is there.
    boolean create(Attachment attachment);

    /// Stores another spec of an attachment, if it is still as it was read.
    Written replace(Attachment attachment);

    /// Deletes an attachment that was just created.
    void delete(Attachment attachment);
}
